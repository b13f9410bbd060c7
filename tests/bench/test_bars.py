import psutil
import pytest

from tests.bench.bars import Bar, call_bars, depth_bar, memory_bar, statement_bars
from tests.bench.measure import Cost, Task
from tests.bench.operations import LIST50
from tests.bench.servers import Road, Server

MEGABYTE = 2**20
CALLS = {"one": 1, "list50": 2, "fanout50": 52, "list50 with Alexa tags": 27}
STATEMENTS = {"one": 2, "list50": 4, "fanout50": 6, "list50 with Alexa tags": 5}


@pytest.fixture
def task() -> Task:
    """Costs are compared without asking a server."""
    return Task(Road("in process", Server(psutil.Process(), 0)), LIST50, 4)


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


def test_memory_that_grows_is_told() -> None:
    """Five hundredths are the noise of an allocator; more is a leak."""
    assert memory_bar([100 * MEGABYTE, 130 * MEGABYTE, 105 * MEGABYTE], 10).met
    assert memory_bar([100 * MEGABYTE, 106 * MEGABYTE], 10) == Bar(
        "memory over 10 requests: the last <= 1.05 x the first", "100 106 MB", met=False
    )
