"""What is built and what it is built from, without a browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, get_variable_values, parse, validate

from gateway.web import DIST

WEB = DIST.parent
SCHEMA = build_schema((WEB.parent.parent / "schema.graphql").read_text(encoding="utf-8"))
TABS = sorted((WEB / "src" / "tabs").glob("*.graphql"))


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.stem)
def test_tabs_are_valid(tab: Path) -> None:
    """Each tab's document and variables are accepted by the schema, and a comment at its top tells what it is."""
    document = parse(tab.read_text(encoding="utf-8"))
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    variables = get_variable_values(SCHEMA, operation.variable_definitions or [], variables_of(tab))

    assert validate(SCHEMA, document) == []
    assert not isinstance(variables, list), variables
    assert tab.read_text(encoding="utf-8").startswith("# ")


def variables_of(tab: Path) -> dict[str, Any]:
    file = tab.with_suffix(".json")
    variables: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return variables


def test_the_page_names_no_other_host() -> None:
    """The page refers to built files of the gateway only, and has no script or style of its own."""
    html = (DIST / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'(?:src|href)="([^"]*)"', html)

    assert links != []
    assert [link for link in links if not link.startswith("/assets/")] == []
    assert "<style" not in html
    assert re.findall(r"<script(?![^>]*src=)", html) == []


def test_packages_are_pinned_without_an_address() -> None:
    """The browser side's packages have exact versions and hashes, and may come from any registry."""
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    packages = {path: package for path, package in lock["packages"].items() if path}

    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert [path for path, package in packages.items() if "resolved" in package or "integrity" not in package] == []
