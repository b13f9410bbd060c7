from enum import StrEnum
from typing import Annotated

import typer

from gateway.cli.store import Config, Data, Opened, Source, at_store
from gateway.services.fleet.additions import new_button_id
from gateway.services.fleet.claim_codes import make_claim_code, new_code
from gateway.services.fleet.device_secret import issue_secret
from gateway.services.fleet.presses import Press
from gateway.services.fleet.presses import press as press_button
from gateway.services.ingest import ClickType


class Click(StrEnum):
    SINGLE = "single"
    DOUBLE = "double"
    LONG = "long"


Clicked = Annotated[Click, typer.Option("--click", help="How it is pressed.", case_sensitive=False)]
TOLD = {
    Press.KEPT: "Pressed; its owner has the event.",
    Press.COUNTED_FOR_CLAIM: "Pressed; its claim can be finalized now.",
    Press.DISABLED: "Pressed; no event is kept, because the button is disabled.",
    Press.UNCLAIMED: "Pressed; no event is kept, because nobody has claimed the button.",
}


def press(
    device_id: Annotated[str, typer.Argument(help="Device id of a button.")],
    *,
    click: Clicked = Click.SINGLE,
    data: Data = None,
    config: Config = None,
) -> None:
    """Press a button.

    Example: `gateway fleet press G030PM0123456789 --click double`
    """

    async def work(opened: Opened) -> Press:
        return await press_button(opened.context, device_id, ClickType(click.value.upper()))

    typer.echo(TOLD[at_store(data, config, work, existing=True)])


def secret(
    device: Annotated[str, typer.Argument(help="Device id of a button; serial number or ARN of an Echo device.")],
    *,
    data: Data = None,
    config: Config = None,
    source: Source = None,
) -> None:
    """Make a device's own secret, with which it reports by the ingest; print it this once. The former one ends.

    Example: `gateway fleet secret G030PM0123456789`
    """

    async def work(opened: Opened) -> str:
        return await issue_secret(opened.context, opened.tenants, device)

    typer.echo(at_store(data, config, work, source, existing=True))


def claim_code(
    device_ids: Annotated[
        list[str] | None, typer.Argument(help="Unclaimed buttons; made where they are not known.", show_default=False)
    ] = None,
    *,
    new: Annotated[int, typer.Option(min=0, max=1000, help="How many more buttons to make for it.")] = 0,
    code: Annotated[str | None, typer.Option(help="The code; else a new one.", metavar="C-…")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make a claim code for buttons that nobody has claimed; print it, then their ids. Without any, make one.

    Example: `gateway fleet claim-code --new 3`
    """
    given = list(dict.fromkeys(device_ids or []))
    buttons = [*given, *(new_button_id() for _ in range(new or (0 if given else 1)))]
    made = code or new_code()

    async def work(opened: Opened) -> None:
        await make_claim_code(opened.context, made, buttons)

    at_store(data, config, work)
    typer.echo("\n".join([made, *buttons]))
