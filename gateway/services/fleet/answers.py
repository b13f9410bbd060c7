"""What the AWS command line printed, told apart by what is in it."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from gateway.services.fleet.documents import Document, Place, Problem, WrongFile, documents, same_member


class Command(StrEnum):
    """The command that prints such items."""

    LIST_DEVICES = "list-devices"
    SEARCH_DEVICES = "search-devices"
    SEARCH_USERS = "search-users"


class Item(Struct, frozen=True):
    """One of a page's devices or users, as it stands in the file."""

    members: Mapping[str, Any]
    place: Place


class Answers(Struct, frozen=True):
    """The items of each command; `unfinished`: the commands whose last page says that there is more."""

    items: Mapping[Command, list[Item]]
    unfinished: tuple[Command, ...]


class _Page(Struct, frozen=True):
    command: Command
    items: list[Item]
    more: bool


def read_answers(text: str) -> Answers:
    """Read pages one after another, or an export, which has a section for each command; raise WrongFile."""
    pages = [page for document in documents(text) for page in _pages(document)]
    more = {page.command: page.more for page in pages}
    items: dict[Command, list[Item]] = {}
    for page in pages:
        items.setdefault(page.command, []).extend(page.items)
    return Answers(items, tuple(command for command in Command if more.get(command)))


def _pages(document: Document) -> Iterator[_Page]:
    value = document.value
    sections = [command for command in Command if isinstance(value, dict) and command.value in value]
    if not sections:
        yield _page(value, document.place, None)
    for command in sections:
        yield _page(value[command.value], document.place.within(command.value), command)


def _page(value: object, place: Place, command: Command | None) -> _Page:
    members = value if isinstance(value, dict) else {}
    name = next((name for name in ("Devices", "Users") if _get(members, name) is not None), None)
    if name is None:
        raise WrongFile([Problem(place, "a page of list-devices, search-devices or search-users has Devices or Users")])
    found = _get(members, name)
    if not isinstance(found, list):
        raise WrongFile([Problem(place.within(name), "this must be a list")])
    told = _command(name, found, place.within(name))
    if command is not None and found and told is not command:
        raise WrongFile([Problem(place.within(name, 0), f"this is no item of {command.value}")])
    items = [_item(one, place.within(name, index)) for index, one in enumerate(found)]
    return _Page(command or told, items, _get(members, "NextToken") is not None)


def _command(name: str, found: list[Any], place: Place) -> Command:
    if name == "Users":
        return Command.SEARCH_USERS
    first = found[0] if found and isinstance(found[0], dict) else {}
    if _get(first, "DeviceArn") is not None or _get(first, "DeviceSerialNumber") is not None:
        return Command.SEARCH_DEVICES
    if not found or _get(first, "DeviceId") is not None or _get(first, "Arn") is not None:
        return Command.LIST_DEVICES
    raise WrongFile([Problem(place.within(0), "this has neither a DeviceId (list-devices) nor a DeviceArn")])


def _item(value: object, place: Place) -> Item:
    if not isinstance(value, dict):
        raise WrongFile([Problem(place, "this must be an object")])
    return Item(value, place)


def _get(members: Mapping[str, Any], name: str) -> object:
    return next((value for key, value in members.items() if same_member(key, name)), None)
