"""A list of devices as a client pages through it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from hypothesis import strategies as st

from tests.properties.fleets import Criterion, Wanted
from tests.schema.graph import Graph

largest_pages = st.none() | st.integers(1, 3)
sizes = st.lists(st.integers(1, 8), min_size=1, max_size=4)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of one gateway, in one filter and order."""

    graph: Graph
    wanted: Wanted
    order: Sequence[Criterion]

    async def page(
        self,
        *,
        backwards: bool,
        size: int,
        after: str | None = None,
        before: str | None = None,
        total: bool = False,
    ) -> Any:  # noqa: ANN401 - JSON
        criteria = ", ".join(
            f"{{ field: {field}, direction: {'DESC' if down else 'ASC'} }}" for field, down in self.order
        )
        document = f"""query ($first: Int, $after: String, $last: Int, $before: String) {{
          devices(first: $first, after: $after, last: $last, before: $before,
                  filter: {self.wanted.document}, orderBy: [{criteria}]) {{
            edges {{ cursor node {{
              ... on OneClickDevice {{ label: deviceId }} ... on AlexaDevice {{ serial: serialNumber }} }} }}
            {"totalCount" if total else ""} unavailableSources {{ name }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
        arguments = {"last" if backwards else "first": size, "after": after, "before": before}
        found = (await self.graph.data(document, **arguments))["devices"]
        assert found["unavailableSources"] == []
        return found

    async def walk(
        self, page_sizes: Sequence[int], between: Callable[[int], Any], *, backwards: bool
    ) -> list[list[str]]:
        """Page after page to the end, in the order of reading; `between` is called with each page's number."""
        found: list[list[str]] = []
        cursor = None
        for number, size in enumerate(cycle(page_sizes)):
            ends = {"before": cursor} if backwards else {"after": cursor}
            page = await self.page(backwards=backwards, size=size, **ends)
            found.append(labels(page))
            cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
            if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
                return found
            await between(number)
        raise AssertionError


def labels(page: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [edge["node"].get("label") or edge["node"]["serial"] for edge in page["edges"]]
