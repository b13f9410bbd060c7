"""A file that the AWS command line printed becomes devices, rooms and users of embedded sources: all of it, or
nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

from msgspec import Struct
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.fleet.answers import Answers, Command, Item, read_answers
from gateway.services.fleet.counts import Counts
from gateway.services.fleet.documents import Problem, WrongFile, decoded
from gateway.services.fleet.imported_buttons import ToldButton, read_button, write_buttons
from gateway.services.fleet.imported_echoes import ToldEcho, read_echo, write_echoes
from gateway.services.fleet.imported_users import ToldUser, read_user, write_users
from gateway.services.fleet.progress import Progress, silent
from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.fleet.tenants import FleetTenants
from gateway.store import changes
from gateway.store.changes import Change
from gateway.store.times import milliseconds
from gateway.wire.service import Shape, load

Told = TypeVar("Told")
Reader: TypeAlias = Callable[[Item, Shape], tuple[Told | None, list[Problem]]]

SHAPES: Mapping[Command, tuple[str, str, str]] = {
    Command.LIST_DEVICES: ("iot1click-devices", "ListDevices", "Devices"),
    Command.SEARCH_DEVICES: ("alexaforbusiness", "SearchDevices", "Devices"),
    Command.SEARCH_USERS: ("alexaforbusiness", "SearchUsers", "Users"),
}
"""Where the service's model says what an item looks like: service, operation, member of its answer."""


class ImportReport(Struct, frozen=True):
    """What became of each noun that the file has; `warnings` are sentences."""

    counts: Mapping[str, Counts]
    warnings: tuple[str, ...]


class _Told(Struct, frozen=True):
    buttons: Sequence[ToldButton]
    echoes: Sequence[ToldEcho]
    users: Sequence[ToldUser]


async def import_file(
    context: ServiceContext, tenants: FleetTenants, data: bytes, *, percent: bool = False, progress: Progress = silent
) -> ImportReport:
    """Import a file's bytes; `percent`: how it tells remaining life. What is there already is told apart by ARN.

    Raise WrongFile, which names lines and members, or FleetRefusal; nothing is imported then.
    """
    answers = read_answers(decoded(data))
    _check_tenants(tenants, answers)
    told = _read(answers, percent=percent, progress=progress)
    now = milliseconds(context.clock())
    try:
        counts = await context.database.write(lambda connection: _write(connection, tenants, told, now))
    except IntegrityError as error:
        raise FleetRefusal("somebody changed the same devices meanwhile; nothing was imported, try again") from error
    warnings = (
        f"the last page of {command.value} has a NextToken: there is more, which this file does not have"
        for command in answers.unfinished
    )
    return ImportReport(counts, tuple(warnings))


def _check_tenants(tenants: FleetTenants, answers: Answers) -> None:
    for command, items in answers.items.items():
        buttons = command is Command.LIST_DEVICES
        if items and (tenants.buttons if buttons else tenants.echoes) is None:
            service = "1-Click" if buttons else "Alexa for Business"
            raise FleetRefusal(f"the file is of {command.value}, and no embedded source given is of {service}")


def _read(answers: Answers, *, percent: bool, progress: Progress) -> _Told:
    """Check every item before the store is opened for writing, so that nobody waits meanwhile."""
    total = sum(map(len, answers.items.values()))
    problems: list[Problem] = []

    def read(command: Command, reader: Reader[Told], before: int) -> Iterator[Told]:
        service, operation, member = SHAPES[command]
        shape = _item_shape(service, operation, member)
        for number, item in enumerate(answers.items.get(command, ()), before + 1):
            one, wrong = reader(item, shape)
            problems.extend(wrong)
            progress(number, total)
            if one is not None:
                yield one

    buttons = list(read(Command.LIST_DEVICES, lambda item, shape: read_button(item, shape, percent=percent), before=0))
    echoes = list(read(Command.SEARCH_DEVICES, read_echo, before=len(buttons)))
    users = list(read(Command.SEARCH_USERS, read_user, before=len(buttons) + len(echoes)))
    if problems:
        raise WrongFile(problems)
    return _Told(buttons, echoes, users)


def _item_shape(service: str, operation: str, member: str) -> Shape:
    page = load(service).operations[operation].output
    item = page.members[member].shape.element if page is not None else None
    if item is None:
        raise LookupError(f"{operation} has no list of {member}")
    return item


def _write(connection: Connection, tenants: FleetTenants, told: _Told, now: int) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    log: list[Change] = []
    if told.buttons:
        counts["buttons"], logged = write_buttons(connection, _there(tenants.buttons), told.buttons, now)
        log += logged
    if told.users:
        counts["users"] = write_users(connection, _there(tenants.echoes), told.users)
    if told.echoes:
        counts["Echo devices"], counts["rooms"], logged = write_echoes(
            connection, _there(tenants.echoes), told.echoes, now
        )
        log += logged
    changes.log(connection, now, log)
    return counts


def _there(tenant: Tenant | None) -> Tenant:
    """What `_check_tenants` has made sure of."""
    if tenant is None:
        raise LookupError("no source")
    return tenant
