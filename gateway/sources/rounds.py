"""Readings that may each take several calls of one operation, carried out together: a round is one plural call."""

from collections.abc import Generator, Sequence
from typing import TypeAlias, TypeVar

from gateway.model.errors import GatewayError
from gateway.sources.upstream import Params, Upstream

Made = TypeVar("Made")

Reading: TypeAlias = Generator[Params, Params, Made]
"""Yields the parameters of a call, is sent its answer, and so on until it returns what it made of them."""


async def in_rounds(
    upstream: Upstream, operation: str, readings: Sequence[Reading[Made]]
) -> Sequence[Made | GatewayError]:
    """What each reading makes, in order; the failure of one, of a call or its own, ends it and no other."""
    made: list[Made | GatewayError | None] = [None] * len(readings)
    told: dict[int, Params | GatewayError | None] = dict.fromkeys(range(len(readings)))
    while told:
        asked: dict[int, Params] = {}
        for index, answer in told.items():
            try:
                asked[index] = _go_on(readings[index], answer)
            except StopIteration as end:
                made[index] = end.value
            except GatewayError as failure:
                made[index] = failure
        answers = await upstream.call_many(operation, list(asked.values())) if asked else ()
        told = dict(zip(asked, answers, strict=True))
    return made  # type: ignore[return-value]  # every reading has ended


def _go_on(reading: Reading[Made], answer: Params | GatewayError | None) -> Params:
    if isinstance(answer, GatewayError):
        return reading.throw(answer)
    return next(reading) if answer is None else reading.send(answer)
