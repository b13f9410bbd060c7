import click

from gateway.cli.fleet_add import add
from gateway.cli.fleet_demo import demo
from gateway.cli.fleet_devices import claim_code, press, secret
from gateway.cli.fleet_files import export_fleet, import_fleet


@click.group(
    commands=[demo, add, claim_code, secret, press, import_fleet, export_fleet], epilog="Example: gateway fleet demo"
)
def fleet() -> None:
    """The devices of the embedded services.

    A demo, more devices, presses, files; beside a running server or not.
    """
