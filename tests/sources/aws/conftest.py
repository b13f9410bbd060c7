from pathlib import Path

import pytest

from tests.aws_environment import set_aws_environment


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_aws_environment(monkeypatch, tmp_path)
