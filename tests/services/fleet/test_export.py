import json
from typing import Any

from sqlalchemy import Connection

from gateway.services.context import ServiceContext
from gateway.services.fleet.demo import fill
from gateway.services.fleet.export import export
from gateway.services.fleet.imports import import_file
from gateway.services.fleet.tenants import FleetTenants
from gateway.store.tables import metadata
from tests.services.fleet.files import BUTTON, ECHO, USER, button, echo, printed, user
from tests.services.fleet.whole_fleet import BOTH, BUTTONS, ECHOES

IMPORTED = ("alexa_devices", "alexa_status_details", "rooms", "users", "tags")


async def rows(context: ServiceContext, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    return await context.database.read(
        lambda connection: {
            name: sorted((tuple(row) for row in connection.execute(metadata.tables[name].select())), key=repr)
            for name in tables
        }
    )


def empty(connection: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


async def test_an_export_is_what_the_command_line_prints(context: ServiceContext) -> None:
    """What was imported comes out as it was, with the user id beside each user."""
    await import_file(context, BOTH, printed("Devices", BUTTON) + printed("Devices", ECHO) + printed("Users", USER))
    sections = await export(context, BOTH)

    assert json.loads(json.dumps(sections)) == {
        "list-devices": {"Devices": [BUTTON]},
        "search-devices": {"Devices": [ECHO], "TotalCount": 1},
        "search-users": {"Users": [{**USER, "UserId": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}], "TotalCount": 1},
    }


async def test_an_export_of_one_source_has_its_sections_only(context: ServiceContext) -> None:
    """Where a source is named, the other service is not in it."""
    assert list(await export(context, FleetTenants(BUTTONS, None))) == ["list-devices"]
    assert list(await export(context, FleetTenants(None, ECHOES))) == ["search-devices", "search-users"]


async def test_an_export_is_imported_elsewhere(context: ServiceContext) -> None:
    """A whole fleet moves: every claimed button, Echo device, room in use, user and button's tag."""
    await fill(context, bytes(32), BOTH)
    before = await rows(context, *IMPORTED)
    data = json.dumps(await export(context, BOTH)).encode()
    again = await import_file(context, BOTH, data)
    await context.database.write(empty)
    moved = await import_file(context, BOTH, data)
    after = await rows(context, *IMPORTED)
    described = {room[2]: None for room in before["rooms"]}

    assert all((counts.added, counts.updated) == (0, 0) for counts in again.counts.values())
    assert {noun: counts.added for noun, counts in moved.counts.items()} == {
        "buttons": 66,
        "users": 30,
        "Echo devices": 40,
        "rooms": 15,
    }
    assert {name: after[name] for name in IMPORTED if name != "rooms"} == {
        name: before[name] for name in IMPORTED if name != "rooms"
    }
    assert {room[2]: None for room in after["rooms"]} == described


async def test_a_large_fleet_is_exported_page_by_page(context: ServiceContext) -> None:
    """Nothing is dropped between pages, and progress is told."""
    buttons = printed("Devices", *map(button, range(1201)))
    await import_file(context, BOTH, buttons + printed("Devices", *map(echo, range(501))))
    await import_file(context, BOTH, printed("Users", *map(user, range(501))))
    told: list[tuple[int, int]] = []
    sections = await export(context, BOTH, progress=lambda done, total: told.append((done, total)))

    assert [device["DeviceId"] for device in sections["list-devices"]["Devices"]] == [
        f"G030PM{number:010}" for number in range(1201)
    ]
    assert len({device["DeviceArn"] for device in sections["search-devices"]["Devices"]}) == 501
    assert len({one["UserArn"] for one in sections["search-users"]["Users"]}) == 501
    assert told == [(500, 1201), (1000, 1201), (1201, 1201), (500, 501), (501, 501), (500, 501), (501, 501)]
