import tracemalloc

from graphql import ExecutionResult

from gateway.execution.body import compact, write_body
from gateway.execution.result import executed


def test_what_is_kept_holds_no_more_than_it_says() -> None:
    """A kept answer takes the memory of its bytes, not of the room that they were written in."""
    result = executed(ExecutionResult({"name": "x" * 200}))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept = [compact(write_body(result)) for _ in range(1000)]
    held = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    tracemalloc.stop()

    assert kept[0] == write_body(result)
    assert held < len(kept[0]) + 100
