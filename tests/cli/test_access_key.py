"""`gateway access-key`, as it is typed."""

import os
import re
from pathlib import Path

import pytest

from tests.cli.typed import rows, typed


@pytest.fixture(autouse=True)
def workplace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and no settings of the machine's own."""
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def added(*arguments: str) -> str:
    """Make an access key; return its id."""
    made = re.search("AKIA[A-Z2-7]{16}", typed("access-key", "add", *arguments).out)
    assert made is not None
    return made[0]


def test_a_secret_is_shown_when_it_is_made() -> None:
    """And never again: neither by the list nor by who reads the store."""
    answer = typed("access-key", "add")
    secret = answer.out.splitlines()[2].split()[-1]

    assert re.fullmatch(
        r"account +123456789012\naccess key id +AKIA[A-Z2-7]{16}\nsecret access key +[\w/+]{40}\n", answer.out
    )
    assert secret not in typed("access-key", "list").out
    assert secret not in repr(rows(Path("data")))


def test_keys_are_listed_by_account() -> None:
    """Each with what has become of it."""
    typed("fleet", "demo")
    usable, revoked, other = added(), added(), added("--account", "210987654321")
    typed("access-key", "revoke", revoked)
    listed = [line.split(maxsplit=2) for line in typed("access-key", "list").out.splitlines()[1:]]
    states = {key: (account, state.strip()) for key, account, state in listed}
    (demo,) = set(states) - {usable, revoked}

    assert states == {
        demo: ("123456789012", "demo, loopback only"),
        usable: ("123456789012", "usable"),
        revoked: ("123456789012", "revoked"),
    }
    assert other in typed("access-key", "list", "--account", "210987654321").out


@pytest.mark.parametrize("account", ["", "12345678901", "1234567890123", "12345678901x", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_a_malformed_account_is_refused(account: str) -> None:
    """No account is made of it."""
    typed("access-key", "add")
    before = rows(Path("data"))
    for command in (("add",), ("list",), ("revoke", "x")):
        answer = typed("access-key", *command, "--account", account)

        assert (answer.code, answer.out) == (1, "")
        assert "is no account: 12 digits" in answer.err
    assert rows(Path("data")) == before


def test_a_key_is_revoked_once() -> None:
    """What is unknown, another account's, or revoked before is told."""
    key = added()
    first = typed("access-key", "revoke", key)
    before = rows(Path("data"))
    refusals = [
        typed("access-key", "revoke", *arguments) for arguments in ([key], ["x"], [key, "--account", "210987654321"])
    ]

    assert (first.code, first.out) == (0, f"{key} is revoked.\n")
    assert [(answer.code, answer.out) for answer in refusals] == [(1, "")] * 3
    assert "revoked already" in refusals[0].err
    assert "account 123456789012 has no access key 'x'" in refusals[1].err
    assert "account 210987654321 has no access key" in refusals[2].err
    assert rows(Path("data")) == before
