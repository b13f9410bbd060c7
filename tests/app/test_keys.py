import os
from hashlib import sha256

import pytest

from gateway.app.keys import secret_key
from gateway.settings.load import load


def test_a_secret_key_may_be_of_any_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most random there is, straight from the kernel, is text in no encoding."""
    monkeypatch.setenv("GATEWAY_SECRET_KEY", os.fsdecode(b"\xff\xfe" * 16))

    assert secret_key(load()) == sha256(b"\xff\xfe" * 16).digest()
