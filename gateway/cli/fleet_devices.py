from pathlib import Path

import click

from gateway.cli import options
from gateway.cli.store import Opened, at_store
from gateway.services.fleet.additions import new_button_id
from gateway.services.fleet.claim_codes import make_claim_code, new_code
from gateway.services.fleet.device_secret import issue_secret
from gateway.services.fleet.presses import Press
from gateway.services.fleet.presses import press as press_button
from gateway.services.ingest import ClickType

TOLD = {
    Press.KEPT: "Pressed; its owner has the event.",
    Press.COUNTED_FOR_CLAIM: "Pressed; its claim can be finalized now.",
    Press.DISABLED: "Pressed; no event is kept, because the button is disabled.",
    Press.UNCLAIMED: "Pressed; no event is kept, because nobody has claimed the button.",
}


@click.command(epilog="Example: gateway fleet press G030PM0123456789 --click double")
@click.argument("device_id", help="Device id of a button.")
@click.option(
    "--click",
    "click_type",
    type=click.Choice(ClickType, case_sensitive=False),
    default="single",
    help="How it is pressed.",
)
@options.data
@options.config
def press(device_id: str, click_type: ClickType, data: Path | None, config: Path | None) -> None:
    """Press a button."""

    async def work(opened: Opened) -> Press:
        return await press_button(opened.context, device_id, click_type)

    click.echo(TOLD[at_store(data, config, work, existing=True)])


@click.command(epilog="Example: gateway fleet secret G030PM0123456789")
@click.argument("device", help="Device id of a button; serial number or ARN of an Echo device.")
@options.data
@options.config
@options.source
def secret(device: str, data: Path | None, config: Path | None, source: str | None) -> None:
    """Make a device's own secret; print it this once.

    With it the device reports by the ingest. The former one ends.
    """

    async def work(opened: Opened) -> str:
        return await issue_secret(opened.context, opened.tenants, device)

    click.echo(at_store(data, config, work, source, existing=True))


@click.command(epilog="Example: gateway fleet claim-code --new 3")
@click.argument("device_ids", nargs=-1, metavar="[DEVICE_ID]...", help="Unclaimed buttons; made where not known.")
@click.option(
    "--new", metavar="COUNT", type=click.IntRange(0, 1000), default=0, help="How many more buttons to make for it."
)
@click.option("--code", metavar="C-…", help="The code; else a new one.")
@options.data
@options.config
def claim_code(device_ids: tuple[str, ...], new: int, code: str | None, data: Path | None, config: Path | None) -> None:
    """Make a claim code for buttons that nobody has claimed.

    Print it, then their ids. Without any, make one.
    """
    given = list(dict.fromkeys(device_ids))
    buttons = [*given, *(new_button_id() for _ in range(new or (0 if given else 1)))]
    made = code or new_code()

    async def work(opened: Opened) -> None:
        await make_claim_code(opened.context, made, buttons)

    at_store(data, config, work)
    click.echo("\n".join([made, *buttons]))
