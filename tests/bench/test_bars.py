import psutil
import pytest

from tests.bench.bars import Bar, call_bars, calm_bar, depth_bar, memory_bar, share_bar, statement_bars
from tests.bench.measure import Cost, Task
from tests.bench.operations import LIST50
from tests.bench.roads import IN_PROCESS, SIGNED_HTTP, Road
from tests.bench.servers import Server

MEGABYTE = 2**20
CALLS = {"one": 1, "list50": 2, "fanout50": 52, "list50 with Alexa tags": 27}
STATEMENTS = {"one": 2, "list50": 4, "fanout50": 6, "list50 with Alexa tags": 5}


@pytest.fixture
def task() -> Task:
    """Costs are compared without asking a server."""
    return Task("list50", Road("gateway", IN_PROCESS, Server(psutil.Process(), 0)), [LIST50], 16)


def unmet(bars: list[Bar]) -> list[str]:
    return [bar.measured for bar in bars if not bar.met]


@pytest.mark.parametrize("name", CALLS)
def test_one_call_too_many_is_told(name: str) -> None:
    """A call more than its bar fails the bench, and so does a call less, which would be one that was not counted."""
    assert unmet(list(call_bars(CALLS, 25))) == []
    assert unmet(list(call_bars({**CALLS, name: CALLS[name] + 1}, 25))) != []
    assert unmet(list(call_bars({**CALLS, name: CALLS[name] - 1}, 25))) != []


@pytest.mark.parametrize("name", ["one", "list50", "fanout50"])
def test_a_seventh_statement_is_told(name: str) -> None:
    """In process no operation of the bench needs more than six statements."""
    tagged = {"list50 with Alexa tags": STATEMENTS["list50 with Alexa tags"] + (3 if name == "list50" else 0)}

    assert unmet(list(statement_bars(STATEMENTS))) == []
    assert unmet(list(statement_bars({**STATEMENTS, **tagged, name: 7}))) == ["7"]


def test_a_second_statement_for_tags_is_told() -> None:
    """The tags of a page are one statement."""
    assert unmet(list(statement_bars({**STATEMENTS, "list50 with Alexa tags": 6}))) == ["2"]


def test_a_deep_page_is_compared_by_all_the_cpu_that_it_took(task: Task) -> None:
    """What a deep page costs in the services counts as well as what it costs in the gateway."""
    shallow = Cost(task, 100, 10, 20, gateway_cpu=4, services_cpu=4)

    assert depth_bar("page", shallow, Cost(task, 1, 1, 1, gateway_cpu=4, services_cpu=8)).met
    assert not depth_bar("page", shallow, Cost(task, 1, 1, 1, gateway_cpu=4, services_cpu=8.1)).met


@pytest.mark.parametrize(
    ("times_less", "met", "aim"), [(15.9, False, "not yet"), (16, True, "not yet"), (26, True, "reached")]
)
def test_a_share_is_held_to_its_bar_and_to_its_aim(times_less: float, met: bool, aim: str) -> None:  # noqa: FBT001  # a parameter of the test
    """What must be and what is aimed at are told apart."""
    assert share_bar("list50", SIGNED_HTTP, times_less) == Bar(
        "list50, signed HTTP: CPU <= 1/16 of plain", f"1/{times_less:.1f}", met, f"1/26 {aim}"
    )


def test_a_hundredth_that_waits_long_is_told(task: Task) -> None:
    """Slow requests are not hidden by a median."""
    assert calm_bar(Cost(task, 100, p50=10, p99=30, gateway_cpu=1)).met
    assert not calm_bar(Cost(task, 100, p50=10, p99=31, gateway_cpu=1)).met


def test_memory_that_grows_is_told() -> None:
    """Five hundredths are the noise of an allocator; more is a leak."""
    assert memory_bar([100 * MEGABYTE, 130 * MEGABYTE, 105 * MEGABYTE], 10).met
    assert memory_bar([100 * MEGABYTE, 106 * MEGABYTE], 10) == Bar(
        "memory over 10 requests: the last <= 1.05 x the first", "100 106 MB", met=False
    )
