"""The README's tables of settings and metrics, written from the code by `make tables`."""

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, Final

from gateway.settings.kinds import told
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from tests.conventions.metrics_table import metrics_table
from tests.conventions.repository import ROOT

README: Final = ROOT / "README.md"
TABLES: Final[Mapping[str, type]] = {"settings": Settings, "source settings": SourceSettings}


def table(settings: type) -> str:
    """A row for each setting: name, type, default, meaning."""
    meanings = {name: text for one in reversed(settings.__mro__[:-1]) for name, text in _meanings(one)}
    rows = [
        f"| `{one.name}` | {_escaped(told(one.type))} | {_default(one)} | {meanings[one.name]} |"
        for one in fields(settings)
    ]
    return "\n".join(["| Setting | Type | Default | Meaning |", "|---|---|---|---|", *rows])


def marked(name: str) -> tuple[str, str]:
    """The comments that a table stands between."""
    return f"<!-- {name}: written by tests/conventions/settings_table.py -->\n", f"\n<!-- end of {name} -->"


def written(text: str) -> str:
    """The text with its tables as they should be."""
    tables = {name: table(settings) for name, settings in TABLES.items()} | {"metrics": metrics_table()}
    for name, rows in tables.items():
        begin, end = marked(name)
        before, begun, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        assert begun, name
        assert ended, name
        text = before + begin + rows + end + after
    return text


def _meanings(settings: type) -> Iterator[tuple[str, str]]:
    """The text below each setting of a class, which Python itself does not keep."""
    (definition,) = ast.parse(inspect.getsource(settings)).body
    assert isinstance(definition, ast.ClassDef)
    for setting, below in zip(definition.body, definition.body[1:], strict=False):
        match setting, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(text.split())


def _default(setting: Field[Any]) -> str:
    match setting.default:
        case _ if setting.default is MISSING:
            return "required"
        case None:
            return ""
        case str() | Path() as text:
            return f"`{text}`"
        case tuple((SourceSettings(), *_)) as sources:
            return ", ".join(f"`{one.name}` ({one.service})" for one in sources) + ", both embedded"
        case value:
            return f"`{json.dumps(value)}`"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
