from typing import Annotated

import typer

from gateway.cli.refusal import refuse
from gateway.cli.store import Config, Data, Opened, Source, at_store
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

add = typer.Typer(
    help="One more button, Echo device, room or user.\n\nExample: `gateway fleet add button --name 'Back door'`",
    no_args_is_help=True,
)

DeviceId = Annotated[str | None, typer.Argument(help="Device id; else a new one.", show_default=False)]
Name = Annotated[str | None, typer.Option(help="Name of the device.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be given often.", metavar="KEY=VALUE")]
Enabled = Annotated[bool, typer.Option("--enabled/--disabled", help="Whether its clicks are kept as events.")]
Unclaimed = Annotated[bool, typer.Option("--unclaimed", help="Leave it to whoever claims it.")]
Serial = Annotated[str | None, typer.Argument(help="Serial number; else a new one.", show_default=False)]
RoomName = Annotated[str | None, typer.Option(help="Name of the room that it is in.")]
Online = Annotated[bool, typer.Option("--online/--offline", help="Its connection.")]
Description = Annotated[str | None, typer.Option(help="What the room is for.")]
FirstName = Annotated[str | None, typer.Option(help="First name.")]
LastName = Annotated[str | None, typer.Option(help="Last name.")]
Email = Annotated[str | None, typer.Option(help="Address.")]


@add.command()
def button(
    device_id: DeviceId = None,
    *,
    name: Name = None,
    tag: Tags = None,
    enabled: Enabled = True,
    unclaimed: Unclaimed = False,
    data: Data = None,
    config: Config = None,
    source: Source = None,
) -> None:
    """Make a claimed button, or one that can be claimed by pressing it; print its id.

    Example: `gateway fleet add button --name "Back door" --tag floor=1`
    """
    tags = {**_tags(tag or []), **({} if name is None else {"Name": name})}
    if unclaimed and (tags or not enabled):
        raise typer.BadParameter("an unclaimed button has no name, no tags, and is neither enabled nor disabled")
    made = device_id or new_button_id()

    async def work(opened: Opened) -> None:
        if unclaimed:
            await add_unclaimed_button(opened.context, made)
        else:
            tenant = _there(opened.tenants.buttons, "1-Click")
            await add_button(opened.context, tenant, made, tags, enabled=enabled)

    at_store(data, config, work, source)
    typer.echo(made)


@add.command()
def echo(
    serial_number: Serial = None,
    *,
    name: Name = None,
    room: RoomName = None,
    device_type: Annotated[str, typer.Option("--type", help="Device type.")] = ECHO_TYPE,
    online: Online = True,
    data: Data = None,
    config: Config = None,
    source: Source = None,
) -> None:
    """Make an Echo device; print its serial number.

    Example: `gateway fleet add echo --name "Kitchen Echo" --room Kitchen`
    """
    made = serial_number or new_serial_number()

    async def work(opened: Opened) -> None:
        tenant = _there(opened.tenants.echoes, "Alexa for Business")
        await add_echo(opened.context, tenant, made, device_type=device_type, name=name, room=room, online=online)

    at_store(data, config, work, source)
    typer.echo(made)


@add.command()
def room(
    name: Annotated[str, typer.Argument(help="Name; no other room of the account has it.")],
    *,
    description: Description = None,
    data: Data = None,
    config: Config = None,
    source: Source = None,
) -> None:
    """Make a room; print its ARN.

    Example: `gateway fleet add room Kitchen`
    """

    async def work(opened: Opened) -> str:
        tenant = _there(opened.tenants.echoes, "Alexa for Business")
        return await add_room(opened.context, tenant, name, description)

    typer.echo(at_store(data, config, work, source))


@add.command()
def user(
    user_id: Annotated[str, typer.Argument(help="User id; no other user of the account has it.")],
    *,
    first_name: FirstName = None,
    last_name: LastName = None,
    email: Email = None,
    data: Data = None,
    config: Config = None,
    source: Source = None,
) -> None:
    """Make a user; print the ARN.

    Example: `gateway fleet add user ada --first-name Ada --email ada@example.com`
    """

    async def work(opened: Opened) -> str:
        tenant = _there(opened.tenants.echoes, "Alexa for Business")
        return await add_user(opened.context, tenant, user_id, first_name=first_name, last_name=last_name, email=email)

    typer.echo(at_store(data, config, work, source))


def _tags(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals:
            raise typer.BadParameter(f"a tag is KEY=VALUE, not {one!r}", param_hint="--tag")
        found[key] = value
    return found


def _there(tenant: Tenant | None, service: str) -> Tenant:
    if tenant is None:
        refuse(f"no embedded source of {service} is among those given")
    return tenant
