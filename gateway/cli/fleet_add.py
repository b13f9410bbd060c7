from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli import options
from gateway.cli.refusal import refuse
from gateway.cli.store import Opened, at_store
from gateway.model.tenant import Tenant
from gateway.services.fleet.additions import (
    ECHO_TYPE,
    add_button,
    add_echo,
    add_room,
    add_unclaimed_button,
    add_user,
    new_button_id,
    new_serial_number,
)


@click.group(epilog="Example: gateway fleet add button --name 'Back door'")
def add() -> None:
    """One more button, Echo device, room or user."""


@add.command(epilog='Example: gateway fleet add button --name "Back door" --tag floor=1')
@click.argument("device_id", required=False, help="Device id; else a new one.")
@click.option("--name", help="Name of the device.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag; may be given often.")
@click.option("--enabled/--disabled", default=True, help="Whether its clicks are kept as events.")
@click.option("--unclaimed", is_flag=True, help="Leave it to whoever claims it.")
@options.data
@options.config
@options.source
def button(
    *,
    device_id: str | None,
    name: str | None,
    tags: tuple[str, ...],
    enabled: bool,
    unclaimed: bool,
    data: Path | None,
    config: Path | None,
    source: str | None,
) -> None:
    """Make a button; print its id.

    It is claimed, or can be claimed by pressing it.
    """
    given = {**_tags(tags), **({} if name is None else {"Name": name})}
    if unclaimed and (given or not enabled):
        raise click.BadParameter("an unclaimed button has no name, no tags, and is neither enabled nor disabled")
    made = device_id or new_button_id()

    async def work(opened: Opened) -> None:
        if unclaimed:
            await add_unclaimed_button(opened.context, made)
        else:
            tenant = _there(opened.tenants.buttons, "1-Click")
            await add_button(opened.context, tenant, made, given, enabled=enabled)

    at_store(data, config, work, source)
    click.echo(made)


@add.command(epilog='Example: gateway fleet add echo --name "Kitchen Echo" --room Kitchen')
@click.argument("serial_number", required=False, help="Serial number; else a new one.")
@click.option("--name", help="Name of the device.")
@click.option("--room", help="Name of the room that it is in.")
@click.option("--type", "device_type", default=ECHO_TYPE, help="Device type.")
@click.option("--online/--offline", default=True, help="Its connection.")
@options.data
@options.config
@options.source
def echo(
    *,
    serial_number: str | None,
    name: str | None,
    room: str | None,
    device_type: str,
    online: bool,
    data: Path | None,
    config: Path | None,
    source: str | None,
) -> None:
    """Make an Echo device; print its serial number."""
    made = serial_number or new_serial_number()

    async def work(opened: Opened) -> None:
        tenant = _there(opened.tenants.echoes, "Alexa for Business")
        await add_echo(opened.context, tenant, made, device_type=device_type, name=name, room=room, online=online)

    at_store(data, config, work, source)
    click.echo(made)


@add.command(epilog="Example: gateway fleet add room Kitchen")
@click.argument("name", help="No other room of the account has it.")
@click.option("--description", help="What the room is for.")
@options.data
@options.config
@options.source
def room(name: str, description: str | None, data: Path | None, config: Path | None, source: str | None) -> None:
    """Make a room; print its ARN."""

    async def work(opened: Opened) -> str:
        tenant = _there(opened.tenants.echoes, "Alexa for Business")
        return await add_room(opened.context, tenant, name, description)

    click.echo(at_store(data, config, work, source))


@add.command(epilog="Example: gateway fleet add user ada --first-name Ada --email ada@example.com")
@click.argument("user_id", help="No other user of the account has it.")
@click.option("--first-name", help="First name.")
@click.option("--last-name", help="Last name.")
@click.option("--email", help="Address.")
@options.data
@options.config
@options.source
def user(
    user_id: str,
    first_name: str | None,
    last_name: str | None,
    email: str | None,
    data: Path | None,
    config: Path | None,
    source: str | None,
) -> None:
    """Make a user; print the ARN."""

    async def work(opened: Opened) -> str:
        tenant = _there(opened.tenants.echoes, "Alexa for Business")
        return await add_user(opened.context, tenant, user_id, first_name=first_name, last_name=last_name, email=email)

    click.echo(at_store(data, config, work, source))


def _tags(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals:
            raise click.BadParameter(f"a tag is KEY=VALUE, not {one!r}", param_hint="--tag")
        found[key] = value
    return found


def _there(tenant: Tenant | None, service: str) -> Tenant:
    if tenant is None:
        refuse(f"no embedded source of {service} is among those given")
    return tenant
