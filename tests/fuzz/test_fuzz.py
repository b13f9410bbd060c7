"""Documents made from the schema, valid and not: whatever is asked, the gateway knows what to say."""

import gc
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from graphql import build_schema, parse, validate

from gateway.execution.result import ErrorCode
from tests.aws_environment import set_aws_environment
from tests.conventions.repository import ROOT
from tests.fuzz.answers import read_answer
from tests.fuzz.coverage import Coverage
from tests.fuzz.documents import Document, Documents
from tests.fuzz.fleet import one_more_button, open_fleet
from tests.fuzz.values import Values

FAULTS = {
    *(ErrorCode.INTERNAL_SERVER_ERROR, ErrorCode.DEADLINE_EXCEEDED),
    *(ErrorCode.UPSTREAM_UNAVAILABLE, ErrorCode.UPSTREAM_THROTTLED, ErrorCode.UPSTREAM_TIMEOUT),
}
"""What no document may bring about while every source is well."""

INTERNALS = re.compile("Traceback|object at 0x|NoneType|sqlite|sqlalchemy|asyncpg|botocore|gateway[./]")

pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine '.* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <coroutine object:pytest.PytestUnraisableExceptionWarning"
    ),
]
"""Where a field fails, graphql-core cancels those beside it, and what their resolvers gave it stays unawaited."""


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_aws_environment(monkeypatch, tmp_path)


async def test_no_document_brings_the_gateway_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hundreds of reads and mutations, over both upstreams: no fault of the server's, nothing unmasked, no hang."""
    await fuzz(tmp_path, capsys, seed=1, least=200, wanted=is_root_field)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_no_document_brings_the_gateway_down_in_the_long_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Thousands of them reach every field, argument, enum value and code of a userError."""
    await fuzz(tmp_path, capsys, seed=2, least=2000, wanted=lambda _goal: True)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_no_document_brings_the_gateway_down_over_postgresql(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], postgres_url: str
) -> None:
    """A thousand more, where PostgreSQL keeps the data."""
    await fuzz(tmp_path, capsys, seed=3, least=1000, wanted=is_root_field, database_url=postgres_url)


async def fuzz(
    directory: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    seed: int,
    least: int,
    wanted: Callable[[str], bool],
    database_url: str | None = None,
) -> None:
    """Ask at least so many documents, and up to five times as many until all that is wanted is reached."""
    schema = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    random = Random(seed)  # noqa: S311 - no secret
    coverage, told = Coverage(schema), Counter[str]()
    documents = Documents(schema, coverage, Values(random))
    async with open_fleet(directory, documents.values, database_url) as fleet:
        for number in range(5 * least):
            if number >= least and not any(map(wanted, coverage.missing())):
                break
            await one_more_button(fleet.one_click, documents.values, number, random)
            document = documents.make(random)
            assert not document.selected or validate(schema, parse(document.text)) == [], document.text
            body = checked(document, await fleet.ask(document, random))
            told.update(error["extensions"]["code"] for error in body.get("errors", ()))
            told["documents"] += 1
            if document.selected and body.get("data"):
                read_answer(documents, document.selected, body["data"])
                told["answered"] += 1
    gc.collect()  # while what it finds unawaited is not taken for ours
    with capsys.disabled():
        print(f"\nReached {coverage}. Told {dict(told)}. Missing: {coverage.missing()}")  # noqa: T201 - asked for

    assert [goal for goal in coverage.missing() if wanted(goal)] == []
    assert told["answered"] > 0.7 * told["documents"]


def is_root_field(goal: str) -> bool:
    return goal.startswith(("Query.", "Mutation.")) and "(" not in goal


def checked(document: Document, response: httpx.Response) -> dict[str, Any]:
    """The answer, once it is found to be one; what fails is shown with the document that brought it about."""
    case = f"{document.text}\n{document.variables}\n{response.status_code} {response.text[:2000]}"
    assert response.status_code < 500, case
    body: dict[str, Any] = response.json()
    codes = [error.get("extensions", {}).get("code") for error in body.get("errors", ())]
    assert "data" in body or codes, case
    assert set(codes) <= {*ErrorCode} - FAULTS, case
    assert not any(INTERNALS.search(error["message"]) for error in body.get("errors", ())), case
    return body
