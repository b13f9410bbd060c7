from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main

runner = CliRunner()


def run(tmp_path: Path, *words: str) -> tuple[int, str]:
    result = runner.invoke(main, ["keys", *words, "--data", str(tmp_path)])
    return result.exit_code, result.output


def test_a_key_is_made_listed_and_revoked(tmp_path: Path) -> None:
    """A key is shown once, listed without its secret, and refused once it is revoked."""
    code, made = run(tmp_path, "add", "dashboard", "--scope", "devices:read", "--source", "buttons", "--days", "30")
    _, identifier, secret = made.strip().split("_", 2)
    _, before = run(tmp_path, "list")
    revoked = run(tmp_path, "revoke", identifier)
    _, after = run(tmp_path, "list")

    assert (code, len(secret)) == (0, 43)
    assert secret not in before
    assert [identifier, "dashboard", "devices:read", "buttons", "usable", "until"] == before.splitlines()[1].split()[:6]
    assert revoked == (0, f"{identifier} is revoked.\n")
    assert after.splitlines()[1].split()[-1] == "revoked"


def test_without_options_a_key_may_do_everything(tmp_path: Path) -> None:
    """A key without scopes and sources named has all of them, and does not expire."""
    run(tmp_path, "add", "admin")
    _, listed = run(tmp_path, "list")

    assert listed.splitlines()[1].split()[1:] == [
        "admin", "devices:claim", "devices:read", "devices:write", "users:read", "all", "usable",
    ]  # fmt: skip


def test_an_unknown_key_cannot_be_revoked(tmp_path: Path) -> None:
    """Revoking what is not there says so, and fails."""
    run(tmp_path, "add", "admin")
    code, said = run(tmp_path, "revoke", "000000000000")

    assert code == 1
    assert "there is no API key '000000000000' to revoke" in said


def test_a_directory_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With the way out: whoever is not the server's user may not even look."""
    result = runner.invoke(main, ["keys", "list", "--data", str(tmp_path / ("x" * 300))])

    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot be read (File name too long): name another directory with --data or GATEWAY_DATA" in result.stderr


def test_a_key_is_good_for_a_hundred_years_at_most(tmp_path: Path) -> None:
    """Days that no calendar has are refused as an argument, and no key is made."""
    code, said = run(tmp_path, "add", "x", "--days", "3000000")

    assert code == 2
    assert "3000000 is not in the range 1<=x<=36500" in said
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scope_is_a_usage_error(tmp_path: Path) -> None:
    """A scope that does not exist is refused by name, and no key is made."""
    code, said = run(tmp_path, "add", "x", "--scope", "devices:fly")

    assert code == 2
    assert "devices:fly" in said
    assert list(tmp_path.iterdir()) == []
