"""What a caller spends, before and after."""

from datetime import UTC, datetime

import pytest

from gateway.execution.budget import COST, Budget
from gateway.execution.cost_report import CostReport
from gateway.execution.result import RequestRefused
from gateway.limits.rate import Rate
from gateway.limits.rate_memory import MemoryRates
from gateway.limits.rate_valkey import ValkeyRates
from tests.execution.costing import plan
from tests.valkey import valkey_server

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = plan("{ devices(first: 93) { nodes { id } } }")
"""Costs 100."""


async def test_a_report_tells_how_the_caller_stands() -> None:
    """What was asked for, what came of it, what is left, and when all of it is back."""
    budget = Budget(1000, {COST: Rate(60, 500)}, MemoryRates(lambda: 0.0), lambda: NOON)
    report = await budget.settle(await budget.take("ada", [PAGE, PAGE]), 30)

    assert report == CostReport(200, 30, 500, 470, 30, NOON)
    assert report.as_extension() == {
        "requested": 200,
        "actual": 30,
        "limit": 500,
        "remaining": 470,
        "resetAt": "2026-11-22T12:00:30Z",
    }


async def test_what_can_be_spent_at_once_may_be_more_than_one_request_may_cost() -> None:
    """The limit that is told goes with what is left of it; each request has its own maximum besides."""
    budget = Budget(100, {COST: Rate(60, 500)}, MemoryRates(lambda: 0.0))
    report = await budget.settle(await budget.take("ada", [PAGE]), 100)
    with pytest.raises(RequestRefused) as refused:
        await budget.take("ada", [PAGE, PAGE])

    assert (report.limit, report.remaining) == (500, 400)
    assert refused.value.result.errors[0]["extensions"] == {
        "code": "COST_LIMIT_EXCEEDED",
        "limit": "maximum_cost",
        "requested": 200,
        "maximum": 100,
    }


async def test_without_a_rate_there_is_nothing_left_over() -> None:
    """Who is not counted is told the cost, and what a request may cost."""
    budget = Budget(1000)
    report = await budget.settle(await budget.take("ada", [PAGE]), 30)

    assert report == CostReport(100, 30, 1000)


async def test_what_cost_more_than_was_assumed_is_counted() -> None:
    """A device with more tags than the graph assumes costs its caller what it holds."""
    budget = Budget(1000, {COST: Rate(60, 500)}, MemoryRates(lambda: 0.0))
    report = await budget.settle(await budget.take("ada", [PAGE]), 140)

    assert report.remaining == 360


async def test_a_store_that_goes_down_in_between_takes_no_answer_away() -> None:
    """What has been run is answered, although what it did not use cannot be given back."""
    with valkey_server() as server:
        store = ValkeyRates.of_url(server.connection_url, None, answer_seconds=30)
        budget = Budget(1000, {COST: Rate(60, 500)}, store)
        charge = await budget.take("ada", [PAGE])
    report = await budget.settle(charge, 30)
    await store.close()

    assert (report.requested, report.actual, report.remaining) == (100, 30, 400)
