from collections.abc import Sequence

import strawberry

from gateway.model.errors import InvalidInput, Refused
from gateway.model.tag import Tag
from gateway.schema.context import Info
from gateway.schema.mutations.payload import Outcome, refused
from gateway.schema.mutations.target import device_of, read_again

MOST_TAGS = 50


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
    except (Refused, InvalidInput) as refusal:
        return refused(refusal, "id", input.client_mutation_id)
    try:
        if tags:
            await info.context.fleet.sources[device.source].tag(device.arn, tags)
        changed = await read_again(info.context, device)
    except Refused as refusal:
        return refused(refusal, "tags", input.client_mutation_id)
    return Outcome(device=changed, client_mutation_id=input.client_mutation_id)


async def untag_device(info: Info, input: UntagDeviceInput) -> Outcome:  # noqa: A002  # the contract's name
    try:
        keys = _distinct("keys", input.keys)
        device = await device_of(info.context, input.id)
    except (Refused, InvalidInput) as refusal:
        return refused(refusal, "id", input.client_mutation_id)
    try:
        if keys:
            await info.context.fleet.sources[device.source].untag(device.arn, keys)
        changed = await read_again(info.context, device)
    except Refused as refusal:
        return refused(refusal, "keys", input.client_mutation_id)
    return Outcome(device=changed, client_mutation_id=input.client_mutation_id)


def tags_of_input(tags: Sequence[TagInput]) -> list[Tag]:
    """Raise InvalidInput where there are too many or a key comes twice; keys and values are the service's to judge."""
    _distinct("tags", [tag.key for tag in tags])
    return [Tag(tag.key, tag.value) for tag in tags]


def _distinct(argument: str, keys: Sequence[str]) -> Sequence[str]:
    if len(keys) > MOST_TAGS:
        raise InvalidInput(f"{argument} must not hold more than {MOST_TAGS} tags.", argument)
    if len(set(keys)) < len(keys):
        raise InvalidInput(f"{argument} must not hold a key twice.", argument)
    return keys
