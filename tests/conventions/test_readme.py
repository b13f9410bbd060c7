"""What README.md says is so."""

import re
import shlex
import tomllib
from itertools import takewhile

import click
import pytest

from gateway.cli import main
from gateway.execution.result import ErrorCode
from gateway.settings.load import VARIABLES
from gateway.settings.read import read
from gateway.settings.settings import PREFIX, Settings
from tests.conventions.repository import ROOT
from tests.conventions.settings_table import README, written

TEXT = README.read_text(encoding="utf-8")
CONTINUED = re.compile(r"\\\n\s*")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for line in CONTINUED.sub(" ", block).splitlines()
    if line
]
TARGETS = sorted({max(found) for found in re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", TEXT, re.MULTILINE)})


def test_the_tables_are_true() -> None:
    """Every setting is there with its type, default and meaning, every metric with its labels; else: make tables."""
    assert written(TEXT) == TEXT


def test_the_table_of_codes_is_complete() -> None:
    """A client's author finds each code that an error may have."""
    table = TEXT.partition("| Code | Meaning |")[2].partition("\n\n")[0]

    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)) >= set(ErrorCode)


@pytest.mark.parametrize("command", [line for line in COMMANDS if "gateway " in line])
def test_commands_exist(command: str) -> None:
    """Each `gateway` command can be typed as it stands: its sub-commands and options exist."""
    words = shlex.split(command.replace("$(", " ").replace(")", " "))
    known = main
    for word in takewhile(lambda word: word[0] != "|", words[words.index("gateway") + 1 :]):
        if word.startswith("-"):
            assert word in {name for parameter in known.params for name in parameter.opts}, f"{word} of {known.name}"
        elif hasattr(known, "commands"):
            known = known.get_command(click.Context(known), word)
            assert known is not None, word


@pytest.mark.parametrize("target", TARGETS)
def test_targets_exist(target: str) -> None:
    """Each `make` target that it speaks of is in the Makefile."""
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_links_lead_somewhere() -> None:
    """Files that it links to are there, and so are its sections."""
    headings = {
        re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    }
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if not link.startswith("http")]

    assert [link for link in links if link.startswith("#") and link[1:] not in headings] == []
    assert [link for link in links if not link.startswith("#") and not (ROOT / link).is_file()] == []


def test_variables_are_settings() -> None:
    """Each variable of the environment that it names is a setting."""
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]", TEXT)) <= {*VARIABLES}


def test_settings_files_are_valid() -> None:
    """Its example of gateway.toml is accepted as it stands."""
    examples = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)

    assert [len(read(Settings, tomllib.loads(example)).sources) for example in examples] == [3]
