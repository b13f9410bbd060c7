"""How much an operation asks upstream when it is asked alone."""

import os
from collections.abc import Sequence

from tests.bench.bars import call_bars, statement_bars
from tests.bench.counting import Counted, aws_environment, counted_in_process, counted_over_http
from tests.bench.fleets import FIFTY
from tests.bench.operations import FANOUT50, LIST50, LIST50_ALL_TAGS, Operation, one
from tests.bench.section import Ground, Section, Table

OPERATIONS = (one(), LIST50, LIST50_ALL_TAGS, FANOUT50)


async def counts(ground: Ground) -> Section:
    ground.say("counting what is asked upstream")
    async with counted_in_process(ground.fleet) as counted:
        statements = await _count(counted, OPERATIONS)
    os.environ |= aws_environment(ground.fleet.access_key, ground.directory)
    async with counted_over_http(ground.fleet, ground.directory / "counted") as counted:
        calls = await _count(counted, OPERATIONS)
    rows = [(name, str(calls[name]), str(statements[name])) for name in calls]
    table = Table("What an operation asks", ("operation", "calls over HTTP", "SQL statements in process"), rows)
    return Section([table], [*call_bars(calls, FIFTY.echoes), *statement_bars(statements)])


async def _count(counted: Counted, operations: Sequence[Operation]) -> dict[str, int]:
    return {operation.name: (await counted.ask(operation))[1].total() for operation in operations}
