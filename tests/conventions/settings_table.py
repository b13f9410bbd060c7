"""The README's tables of settings and metrics, written from the code by `make tables`."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from tests.conventions.metrics_table import metrics_table
from tests.conventions.repository import ROOT

README: Final = ROOT / "README.md"
TABLES: Final[Mapping[str, type[BaseModel]]] = {"settings": Settings, "source settings": SourceSettings}
FORMS: Final = {"path": "path", "password": "text"}
TYPES: Final = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false"}


def table(model: type[BaseModel]) -> str:
    """A row for each setting: name, type, default, meaning."""
    schema = model.model_json_schema()
    required = schema.get("required", ())
    rows = [
        f"| `{name}` | {_type(member)} | {_default(member, required=name in required)} | {member['description']} |"
        for name, member in schema["properties"].items()
    ]
    return "\n".join(["| Setting | Type | Default | Meaning |", "|---|---|---|---|", *rows])


def marked(name: str) -> tuple[str, str]:
    """The comments that a table stands between."""
    return f"<!-- {name}: written by tests/conventions/settings_table.py -->\n", f"\n<!-- end of {name} -->"


def written(text: str) -> str:
    """The text with its tables as they should be."""
    tables = {name: table(model) for name, model in TABLES.items()} | {"metrics": metrics_table()}
    for name, rows in tables.items():
        begin, end = marked(name)
        before, begun, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        assert begun, name
        assert ended, name
        text = before + begin + rows + end + after
    return text


def _type(member: Mapping[str, Any]) -> str:
    if "enum" in member:
        return " or ".join(f"`{value}`" for value in member["enum"])
    if "anyOf" in member:
        return _type(next(one for one in member["anyOf"] if one.get("type") != "null"))
    if member["type"] == "array":
        return "list of tables" if "$ref" in member["items"] else f"list of {_type(member['items'])}"
    return FORMS.get(member.get("format", ""), TYPES[member["type"]]) + _bounds(member)


def _bounds(member: Mapping[str, Any]) -> str:
    if "maximum" in member:
        return f", {member['minimum']} to {member['maximum']}"
    if "minimum" in member:
        return f", from {member['minimum']}"
    return ", above 0" if "exclusiveMinimum" in member else ""


def _default(member: Mapping[str, Any], *, required: bool) -> str:
    if required:
        return "required"
    default = member["default"]
    if default is None:
        return ""
    if isinstance(default, list) and default and isinstance(default[0], dict):
        return ", ".join(f"`{one['name']}` ({one['service']})" for one in default) + ", both embedded"
    return f"`{default}`" if isinstance(default, str) else f"`{json.dumps(default)}`"


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
