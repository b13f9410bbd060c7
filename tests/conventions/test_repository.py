"""What stands in the repository, and what must not."""

import re
from pathlib import Path

from gateway import __version__
from gateway.settings.load import CONFIG_VARIABLE, VARIABLES
from gateway.settings.settings import PREFIX
from tests.conventions.repository import ROOT, name_of, tracked

# Put together here, so that this file does not hold what it forbids.
REGISTRIES = re.compile(
    "|".join(["py" + r"pi\.org", "python" + r"hosted\.", "registry" + r"\.npmjs", "deb" + r"\.debian"])
)
MACHINE_PATHS = re.compile("|".join([r"(?<![\w.])/" + name + "/" for name in ("root", "work", "home", "opt")]))
PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)", re.MULTILINE)
RELEASE = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)
TOP_LEVEL = {
    *(".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "deploy", "gateway", "pyproject.toml"),
    *("schema.graphql", "tests"),
}


def test_the_top_level_is_short() -> None:
    """A newcomer sees the project's parts, and nothing else."""
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} - TOP_LEVEL == set()


def test_no_registry_is_named() -> None:
    """Packages may come from any mirror: nothing tracked says where from."""
    assert [name for name, text in _texts() if REGISTRIES.search(text)] == []


def test_no_path_of_a_machine_is_named() -> None:
    """Nothing depends on where somebody keeps the project."""
    assert [f"{name}: {found[0]}" for name, text in _texts() if (found := MACHINE_PATHS.search(text))] == []


def test_packages_are_pinned_with_hashes() -> None:
    """Every package that is installed is the one that was tried."""
    for path in tracked("*requirements.txt"):
        text = path.read_text(encoding="utf-8")
        names = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]

        assert len(PINNED.findall(text)) == len(names), name_of(path)
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text)), name_of(path)


def test_what_is_served_is_what_is_tested() -> None:
    """The packages of a deployment have the versions that the tests ran with."""
    tested = _pins("tests/requirements.txt")
    deployed = _pins("deploy/requirements.txt") | _pins("deploy/build-requirements.txt")

    assert {name: version for name, version in deployed.items() if tested.get(name, version) != version} == {}
    assert _pins("deploy/requirements.txt").keys() <= tested.keys()


def test_deployments_name_settings_that_exist() -> None:
    """A name in deploy/ that is no setting would be refused at start."""
    known = {*VARIABLES, CONFIG_VARIABLE}
    named = {name for path in tracked("deploy") for name in re.findall(rf"{PREFIX}[A-Z_]+", _text(path) or "")}

    assert named - known == set()
    assert named != set()


def test_the_changelog_tells_of_this_version() -> None:
    """Its newest release is the one that is installed."""
    releases = RELEASE.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))

    assert releases[0][0] == __version__


def _pins(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / name).read_text(encoding="utf-8")))


def _texts() -> list[tuple[str, str]]:
    return [(name_of(path), text) for path in tracked() if (text := _text(path)) is not None]


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
