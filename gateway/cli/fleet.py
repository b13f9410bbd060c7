import typer

from gateway.cli.fleet_add import add
from gateway.cli.fleet_demo import demo
from gateway.cli.fleet_devices import claim_code, press, secret
from gateway.cli.fleet_files import export_fleet, import_fleet

fleet = typer.Typer(
    help="The devices of the embedded services: a demo, more devices, presses, files. Beside a running server or not."
    "\n\nExample: `gateway fleet demo`",
    no_args_is_help=True,
)
fleet.command()(demo)
fleet.add_typer(add, name="add")
fleet.command("claim-code")(claim_code)
fleet.command()(secret)
fleet.command()(press)
fleet.command("import")(import_fleet)
fleet.command("export")(export_fleet)
