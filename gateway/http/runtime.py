from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

import strawberry
from msgspec import Struct

from gateway.execution.budget import Budget
from gateway.http.caller import CallerInfo
from gateway.http.kept_answers import KeptAnswers
from gateway.observability.metrics import Metrics

MakeContext: TypeAlias = Callable[[CallerInfo], AbstractContextManager[object]]
"""Opens one request's context, whatever the schema's resolvers expect as `info.context`, and closes it after."""


class Runtime(Struct, frozen=True):
    """What operations are run with. `budget`: what callers may spend; `metrics`: where all of it is counted.

    `kept`: answers for those who ask the same; None where answers are not kept.
    """

    schema: strawberry.Schema
    make_context: MakeContext
    budget: Budget
    metrics: Metrics
    kept: KeptAnswers | None = None
