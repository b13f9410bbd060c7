import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.settings.not_usable import NotUsable
from gateway.store.data_directory import KEY_FILE, kept_key, make_directory, served_alone


def test_the_key_is_made_once(tmp_path: Path) -> None:
    """It is the same on every start, readable by its owner only, and nothing else is left behind."""
    directory = tmp_path / "new" / "data"

    first, second = kept_key(directory), kept_key(directory)

    assert (len(first), first) == (32, second)
    assert stat.S_IMODE((directory / KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in directory.iterdir()] == [KEY_FILE]
    assert kept_key(tmp_path / "other") != first


def test_first_runs_at_once_share_the_key(tmp_path: Path) -> None:
    """Whoever comes first makes it for all."""
    program = "import pathlib, sys; from gateway.store.data_directory import kept_key; input(); "
    program += "print(kept_key(pathlib.Path(sys.argv[1])).hex())"
    runs = [
        subprocess.Popen([sys.executable, "-c", program, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    keys = [run.communicate(b"now", timeout=20)[0].strip().decode() for run in runs]

    assert keys == [kept_key(tmp_path).hex()] * 3


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_damaged_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """A key that was cut short could be guessed; it is left as it is, and the way out is told."""
    file = tmp_path / KEY_FILE
    file.write_bytes(content)

    with pytest.raises(NotUsable, match=rf"{KEY_FILE} is damaged \(it has {len(content)} bytes.*from a copy"):
        kept_key(tmp_path)

    assert file.read_bytes() == content


@pytest.mark.parametrize("directory", ["file", "file/below"])
def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path, directory: str) -> None:
    """By name, with the way out."""
    (tmp_path / "file").touch()

    with pytest.raises(NotUsable, match=rf"{directory} cannot be written .*--data or GATEWAY_DATA"):
        make_directory(tmp_path / directory)


def test_a_directory_serves_one(tmp_path: Path) -> None:
    """A second server is refused while the first is there, with the way out; after it the directory is free."""
    with (
        served_alone(tmp_path),
        pytest.raises(NotUsable, match=r"another server uses the data directory .*PostgreSQL"),
        served_alone(tmp_path),
    ):
        pass

    with served_alone(tmp_path):
        assert [file.name for file in tmp_path.iterdir()] == ["server.lock"]
