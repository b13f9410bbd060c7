from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from gateway.app.doors import Door
from gateway.store.accounts import AccessKey

if TYPE_CHECKING:
    from gateway.services.fleet.demo import DemoFleet

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
    click.echo(f"The gateway is at {url}")
    show(rows, keys)


def show(rows: Sequence[tuple[str, str]], keys: Sequence[AccessKey]) -> None:
    """Print two columns; a secret is among them, so `keys` are those whose secret may be shown."""
    for key in keys:
        shown = [("Access key", f"{key.access_key_id}  (account {key.account})"), ("Secret key", key.secret)]
        rows = [*rows, *shown]
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        click.echo(f"{click.style(name.ljust(width), bold=True)}  {value}")


def demo_rows(demo: "DemoFleet") -> list[tuple[str, str]]:
    """What there is to claim."""
    rows = [("Unused claim codes", "  ".join(demo.claim_codes)), ("Buttons to claim", "  ".join(demo.unclaimed))]
    return [(name, value) for name, value in rows if value]


def door_rows(urls: Mapping[Door, str]) -> list[tuple[str, str]]:
    """Where each open door is, by the address of its port."""
    return [(name, urls[door] + path) for door, name, path in PLACES if door in urls]
