import os
from pathlib import Path

import pytest

ACCESS_KEY_ID = "AKIAEXAMPLEEXAMPLE00"
SECRET_ACCESS_KEY = "s" * 40


def set_aws_environment(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """Let AWS clients see this key and these (absent) files only, whatever the machine has, and no metadata service."""
    for name in [*os.environ]:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(directory / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(directory / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
