"""Which ways in are open, and on which port each is."""

from collections.abc import Mapping
from enum import StrEnum

from gateway.settings.settings import Settings


class Door(StrEnum):
    """Each but the graph has settings of its name: whether it is open, and its port."""

    GRAPH = "graph"
    GRAPHIQL = "graphiql"
    AWS = "aws"
    INGEST = "ingest"
    METRICS = "metrics"


def open_doors(settings: Settings, *, graph: bool = True) -> Mapping[Door, int]:
    """The port of each door that is open, as the settings have it; without the `graph` there is no GraphiQL either."""
    embedded = not graph or any(source.embedded for source in settings.sources)
    graphiql = settings.open_unless_hardened(settings.graphiql)
    ways = (
        (Door.GRAPH, graph, None),
        (Door.GRAPHIQL, graph and graphiql, settings.graphiql_port),
        (Door.AWS, embedded and settings.aws, settings.aws_port),
        (Door.INGEST, embedded and settings.ingest, settings.ingest_port),
        (Door.METRICS, settings.tells_metrics, settings.metrics_port),
    )
    return {door: port or settings.port for door, is_open, port in ways if is_open}
