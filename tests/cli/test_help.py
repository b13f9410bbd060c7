"""`--help` of every command, on a terminal of 80 columns."""

import shlex
from collections.abc import Iterator
from itertools import takewhile

import click
import pytest

from gateway import __version__
from gateway.cli import main
from tests.cli.typed import typed

COLUMNS = 80


def found(*path: str) -> click.Command:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), name) or pytest.fail(f"there is no {name}")
    return command


def below(*path: str) -> Iterator[tuple[str, ...]]:
    """A command and, where it is a group, all of its own."""
    command = found(*path)
    yield path
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            yield from below(*path, name)


EVERY = [*below()]


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_has_an_example(path: tuple[str, ...]) -> None:
    """Whoever asks for help sees a line to type, unbroken, and can type it."""
    answer = typed(*path, "--help")
    example = answer.out.splitlines()[-1].partition("Example: ")[2]
    words = shlex.split(example)
    words = [*takewhile(lambda word: word not in {"|", ">"}, words[words.index("gateway") :])]

    assert (answer.code, answer.err) == (0, "")
    assert words[: len(path) + 1] == ["gateway", *path]
    assert typed(*words[1:], "--help").code == 0


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_nothing_is_cut_short(path: tuple[str, ...]) -> None:
    """Each argument, option and command has its whole explanation, and fits."""
    _usage, *lines = typed(*path, "--help").out.splitlines()

    assert [line for line in lines if line.endswith("...") or len(line) > COLUMNS] == []
    assert [parameter.name for parameter in found(*path).params if not parameter.help] == []


def test_the_version_is_told() -> None:
    """In one line."""
    answer = typed("--version")

    assert (answer.code, answer.out) == (0, f"gateway {__version__}\n")
