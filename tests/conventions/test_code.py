"""How the code is written, where the linters have no rule for it."""

import ast
import re
from pathlib import Path

from tests.conventions.repository import functions, name_of, python_files, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
DEFERRED_IMPORTS = {
    **dict.fromkeys(
        (f"gateway/app/{name}.py" for name in ("budget", "callers", "demo", "fleet", "live", "metrics", "store")),
        "what only some settings need is imported when they ask for it",
    ),
    "gateway/cli/listener.py": "a server answers long before its first socket comes",
    "gateway/wire/patterns.py": "regex is slow to import, and few requests hold anything against a pattern",
    "gateway/store/migrate.py": "most starts find nothing to migrate, and Alembic is slow to import",
}
SILENCED = re.compile(r"# (?:noqa(?:: ?[A-Z0-9]+(?:, ?[A-Z0-9]+)*)?|type: ignore(?:\[[a-z, -]+\])?)(?P<reason>.*)")


def test_files_are_short() -> None:
    """A reader meets no file that does too much."""
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    """A reader sees the whole of a function at once."""
    lengths = {
        f"{name_of(path)}: {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in python_files()
        for function in functions(path)
        if "migrations/versions" not in name_of(path)
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_imports_stand_at_the_top() -> None:
    """What a file needs is told where it begins; the exceptions are few, and each has its reason."""
    deferred = {name_of(path) for path in python_files() for function in functions(path) if _imports_within(function)}

    assert deferred - set(DEFERRED_IMPORTS) == set()


def test_imports_are_absolute() -> None:
    """Where a name comes from is told in full."""
    relative = [
        name_of(path)
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


def test_nothing_is_left_for_later() -> None:
    """What is to be done stands in issues, not in the code."""
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X{3})\b")

    assert [name_of(path) for path in python_files() if marks.search(path.read_text(encoding="utf-8"))] == []


def test_each_silenced_rule_has_its_reason() -> None:
    """Who silences a check says why, on the same line; tests give wrong types on purpose."""
    bare = [
        f"{name_of(path)}:{number}"
        for path in python_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := SILENCED.search(line)) and not match["reason"].strip(" #-")
        if "noqa" in match[0] or name_of(path).startswith("gateway/")
    ]

    assert bare == []


def test_each_test_states_its_promise() -> None:
    """A test's docstring tells, in a sentence, what a user may rely on."""
    silent = [
        f"{name_of(path)}: {function.name}"
        for path in python_files()
        if path.name.startswith("test_")
        for function in functions(path)
        if function.name.startswith("test_") and not (ast.get_docstring(function) or "").endswith((".", "?", "!"))
    ]

    assert silent == []


def _imports_within(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
