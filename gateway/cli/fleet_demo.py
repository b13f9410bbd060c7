from pathlib import Path

import click

from gateway.cli import options
from gateway.cli.greeting import demo_rows, show
from gateway.cli.store import Opened, at_store
from gateway.services.fleet.demo import DemoFleet, fill


@click.command(epilog="Example: gateway fleet demo --data demo")
@options.data
@options.config
@options.source
def demo(data: Path | None, config: Path | None, source: str | None) -> None:
    """Fill an empty store with the demo fleet.

    Print what there is to try. A store that has it already stays as it is; one with other devices is left alone.
    """

    async def work(opened: Opened) -> DemoFleet:
        return await fill(opened.context, opened.encryption_key, opened.tenants)

    made = at_store(data, config, work, source)
    click.echo("The demo fleet is ready." if made.made else "The demo fleet is there already.")
    show(demo_rows(made), made.access_keys)
