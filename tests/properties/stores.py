from collections.abc import Iterator, Sequence

from gateway.store.database import Database
from tests.properties.fleets import Thing, empty, fill
from tests.schema.graph import Graph


class Store:
    """A database, and the gateways that look into it."""

    def __init__(self, name: str, database: Database, graphs: Sequence[Graph]) -> None:
        self.name = name
        self.database = database
        self.graphs = graphs

    def __repr__(self) -> str:
        return self.name

    async def fill(self, fleet: Sequence[Thing]) -> None:
        """Make it hold that fleet, and nothing else."""
        await self.database.write(lambda connection: (empty(connection), fill(connection, fleet)))

    def opened(self, largest_page: int | None = None) -> Iterator[Graph]:
        """Each gateway, with the services behind it set to this store, and to pages of no more than that over AWS."""
        for graph in self.graphs:
            watched = graph.ways.watched
            watched.use(graph.context)
            watched.one_click.largest_page = watched.alexa.largest_page = largest_page
            yield graph
