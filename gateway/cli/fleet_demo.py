import typer

from gateway.cli.greeting import demo_rows, show
from gateway.cli.store import Config, Data, Opened, Source, at_store
from gateway.services.fleet.demo import DemoFleet, fill


def demo(*, data: Data = None, config: Config = None, source: Source = None) -> None:
    """Fill an empty store with the demo fleet, and print what there is to try.

    A store that has it already stays as it is; one with other devices is left alone.

    Example: `gateway fleet demo --data demo`
    """

    async def work(opened: Opened) -> DemoFleet:
        return await fill(opened.context, opened.encryption_key, opened.tenants)

    made = at_store(data, config, work, source)
    typer.echo("The demo fleet is ready." if made.made else "The demo fleet is there already.")
    show(demo_rows(made), made.access_keys)
