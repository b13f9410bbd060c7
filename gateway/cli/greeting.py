from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from gateway.app.doors import Door
from gateway.services.fleet.demo import DemoFleet
from gateway.store.accounts import AccessKey

PLACES = (
    (Door.GRAPH, "GraphQL", "/graphql"),
    (Door.GRAPHIQL, "GraphiQL", "/"),
    (Door.AWS, "AWS IoT 1-Click", "/one-click"),
    (Door.AWS, "Alexa for Business", "/alexa-for-business"),
    (Door.INGEST, "Device ingest", "/ingest"),
    (Door.METRICS, "Metrics", "/metrics"),
)


def greet(url: str, rows: Sequence[tuple[str, str]], keys: Sequence[AccessKey]) -> None:
    """Print where everything is, and which access keys to use."""
    Console(highlight=False, soft_wrap=True).print(f"The gateway is at {url}")
    show(rows, keys)


def show(rows: Sequence[tuple[str, str]], keys: Sequence[AccessKey]) -> None:
    """Print a table; a secret is in it, so `keys` are those whose secret may be shown."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in rows:
        table.add_row(f"[bold]{name}[/bold]", value)
    for key in keys:
        table.add_row("[bold]Access key[/bold]", f"{key.access_key_id}  (account {key.account})")
        table.add_row("[bold]Secret key[/bold]", key.secret)
    Console(highlight=False, soft_wrap=True).print(table)


def demo_rows(demo: DemoFleet) -> list[tuple[str, str]]:
    """What there is to claim."""
    rows = [("Unused claim codes", "  ".join(demo.claim_codes)), ("Buttons to claim", "  ".join(demo.unclaimed))]
    return [(name, value) for name, value in rows if value]


def door_rows(urls: Mapping[Door, str]) -> list[tuple[str, str]]:
    """Where each open door is, by the address of its port."""
    return [(name, urls[door] + path) for door, name, path in PLACES if door in urls]
