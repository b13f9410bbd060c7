import unicodedata
from collections.abc import Awaitable, Sequence

import strawberry

from gateway.model.device import Device
from gateway.model.errors import GatewayError, InvalidInput, LimitExceeded, Refused, Rejected
from gateway.model.tag import Tag
from gateway.schema.context import Info
from gateway.schema.mutations.payload import Outcome, refused
from gateway.schema.mutations.target import device_of, read_again
from gateway.schema.tag import tags_of

MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256
USUAL_CATEGORIES, USUAL = "LZN", "_.:/=+-@"
"""Unicode's letters, spaces and digits, and signs: what a tag of an Echo device may have; a button's has anything."""


@strawberry.input
class TagInput:
    key: str
    value: str


@strawberry.input
class TagDeviceInput:
    id: strawberry.ID
    tags: list[TagInput]
    client_mutation_id: str | None = None


@strawberry.input
class UntagDeviceInput:
    id: strawberry.ID
    keys: list[str]
    client_mutation_id: str | None = None


async def tag_device(info: Info, input: TagDeviceInput) -> Outcome:  # noqa: A002  # the contract's name
    try:
        tags = tags_of_input(input.tags)
        device = await device_of(info.context, input.id)
    except LimitExceeded as refusal:
        return refused(refusal, "tags", input.client_mutation_id)
    except (Refused, InvalidInput) as refusal:
        return refused(refusal, "id", input.client_mutation_id)
    try:
        if tags:
            await _tag(info, device, tags)
        changed = await read_again(info.context, device)
    except Refused as refusal:
        return refused(refusal, "tags", input.client_mutation_id)
    return Outcome(device=changed, client_mutation_id=input.client_mutation_id)


async def untag_device(info: Info, input: UntagDeviceInput) -> Outcome:  # noqa: A002  # the contract's name
    try:
        _check_keys(input.keys)
        device = await device_of(info.context, input.id)
    except (Refused, InvalidInput) as refusal:
        return refused(refusal, "id", input.client_mutation_id)
    try:
        if input.keys:
            await info.context.fleet.sources[device.source].untag(device.arn, input.keys)
        changed = await read_again(info.context, device)
    except Refused as refusal:
        return refused(refusal, "keys", input.client_mutation_id)
    return Outcome(device=changed, client_mutation_id=input.client_mutation_id)


def tags_of_input(tags: Sequence[TagInput]) -> list[Tag]:
    """Raise LimitExceeded where there are more than a device may have, InvalidInput where one could be no tag.

    Which letters a key or a value may have beside that, is the service's to say.
    """
    if len(tags) > MOST_TAGS:
        raise LimitExceeded(f"A device has at most {MOST_TAGS} tags.")
    for index, tag in enumerate(tags):
        _check_text(f"tags[{index}].key", tag.key, 1, LONGEST_KEY)
        _check_text(f"tags[{index}].value", tag.value, 0, LONGEST_VALUE)
    _check_distinct("tags", [tag.key for tag in tags])
    return [Tag(tag.key, tag.value) for tag in tags]


async def _tag(info: Info, device: Device, tags: Sequence[Tag]) -> None:
    """Set the tags; raise LimitExceeded where there would be too many, be that a limit or an invalid input there."""
    try:
        await info.context.fleet.sources[device.source].tag(device.arn, tags)
    except Rejected:
        if await _too_many(info, device, tags):
            raise LimitExceeded(f"A device has at most {MOST_TAGS} tags.") from None
        strange = [letter for tag in tags for letter in tag.key + tag.value if not _is_usual(letter)]
        if not strange:
            raise
        message = f"Tags of this device have letters, digits, spaces and {USUAL} only, not {strange[0]!r}."
        raise Rejected(message) from None


def _is_usual(letter: str) -> bool:
    return letter in USUAL or unicodedata.category(letter)[0] in USUAL_CATEGORIES


async def _too_many(info: Info, device: Device, tags: Sequence[Tag]) -> bool:
    """Whether the device, with the tags added, would have more than it may; not known where it cannot be read now."""
    try:
        found = await read_again(info.context, device)
        if isinstance(found, GatewayError):
            return False
        told = tags_of(found, info)
        has = await told if isinstance(told, Awaitable) else told
    except GatewayError:
        return False
    return len({tag.key for tag in (*has, *tags)}) > MOST_TAGS


def _check_keys(keys: Sequence[str]) -> None:
    if len(keys) > MOST_TAGS:
        raise InvalidInput(f"keys must not hold more than {MOST_TAGS} tags.", "keys")
    for index, key in enumerate(keys):
        _check_text(f"keys[{index}]", key, 1, LONGEST_KEY)
    _check_distinct("keys", keys)


def _check_text(where: str, text: str, least: int, most: int) -> None:
    argument, _, _ = where.partition("[")
    if not least <= len(text) <= most:
        raise InvalidInput(f"{where} must have {least} to {most} characters, and has {len(text)}.", argument)
    if "\0" in text:
        raise InvalidInput(f"{where} must not have the character NUL.", argument)


def _check_distinct(argument: str, keys: Sequence[str]) -> None:
    if len(set(keys)) < len(keys):
        raise InvalidInput(f"{argument} must not hold a key twice.", argument)
