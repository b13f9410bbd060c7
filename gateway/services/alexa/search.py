"""Filters, SortCriteria and pages, as the three searches have them in common.

The values of one filter are alternatives; of several filters all must match. Nulls come last in both directions. The
ARN breaks the last ties, in the direction of the last criterion: turning all criteria round turns the list round.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection

from gateway.model.query import Cut, Position
from gateway.model.tenant import Tenant
from gateway.services.alexa.errors import invalid
from gateway.services.alexa.page_tokens import next_token, opened_token, page_size
from gateway.services.context import ServiceContext
from gateway.store.ranges import Page, Window
from gateway.store.sort_columns import SortColumn

Params: TypeAlias = Mapping[str, Any]
Condition: TypeAlias = ColumnElement[bool]
FilterKey: TypeAlias = Callable[[Sequence[str]], Condition]


class ReadPage(Protocol):
    def __call__(
        self,
        connection: Connection,
        tenant: Tenant,
        where: Sequence[Condition],
        criteria: Sequence[SortColumn],
        window: Window,
        *,
        key: Sequence[SortColumn],
    ) -> Page: ...


class Search(Struct, frozen=True):
    """What one of the searches can do.

    `filters` and `sorts` are named by the wire's keys; `ties` are the criteria that follow those asked for; `arn` comes
    last. `items` makes the wire's structures of a page's rows.
    """

    operation: str
    result: str
    filters: Mapping[str, FilterKey]
    sorts: Mapping[str, SortColumn]
    ties: tuple[SortColumn, ...]
    arn: SortColumn
    page: ReadPage
    count: Callable[[Connection, Tenant, Sequence[Condition]], int]
    items: Callable[[Page], list[dict[str, Any]]]

    async def __call__(self, context: ServiceContext, tenant: Tenant, params: Params) -> Params:
        where = self.conditions(params.get("Filters") or ())
        criteria, key = self.order(params.get("SortCriteria") or ())
        place = await opened_token(context, tenant, self.operation, params)
        low = None if place is None else Cut(Position(tuple(place[:-1]), tuple(place[-1:])), after=True)
        window = Window(low=low, limit=page_size(params))

        def read(connection: Connection) -> tuple[Page, int]:
            page = self.page(connection, tenant, where, criteria, window, key=key)
            return page, self.count(connection, tenant, where)

        page, total = await context.database.scan(read)
        answer = {self.result: self.items(page), "TotalCount": total}
        if not page.more:
            return answer
        last = page.positions[-1]
        return answer | {"NextToken": await next_token(context, tenant, self.operation, params, last.values + last.key)}

    def conditions(self, filters: Sequence[Params]) -> list[Condition]:
        return [_known(self.filters, wanted["Key"], "filter")(wanted["Values"]) for wanted in filters]

    def order(self, asked: Sequence[Params]) -> tuple[list[SortColumn], list[SortColumn]]:
        """The criteria, each column once, and the key that breaks their ties."""
        criteria = [
            replace(_known(self.sorts, criterion["Key"], "sort"), descending=criterion["Value"] == "DESC")
            for criterion in asked
        ]
        distinct: list[SortColumn] = []
        for sort in (*criteria, *self.ties):
            if all(sort.column is not known.column for known in distinct):
                distinct.append(sort)
        return distinct, [replace(self.arn, descending=bool(distinct) and distinct[-1].descending)]


def _known(keys: Mapping[str, Any], key: str, noun: str) -> Any:  # noqa: ANN401 - a filter or a sort
    if key not in keys:
        raise invalid(f"'{key}' is not a {noun} key of this operation. There are: {', '.join(keys)}.")
    return keys[key]
