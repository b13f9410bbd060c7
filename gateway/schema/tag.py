from collections.abc import Awaitable, Mapping, Sequence

import strawberry

from gateway.model import tag
from gateway.model.device import AlexaDevice, OneClickDevice
from gateway.schema.context import Info


@strawberry.type
class Tag:
    key: str
    value: str


@strawberry.type
class Attribute:
    key: str
    value: str


def sent_tags(root: strawberry.Parent[OneClickDevice]) -> Sequence[tag.Tag]:
    return root.tags


def tags_of(
    root: strawberry.Parent[OneClickDevice | AlexaDevice], info: Info
) -> Sequence[tag.Tag] | Awaitable[Sequence[tag.Tag]]:
    """1-Click sends its tags with the device; Alexa for Business is asked once for all devices of a page."""
    if isinstance(root, OneClickDevice):
        return root.tags
    return info.context.loaders.tags_by_device.load((root.source, root.arn))


def attributes_of(root: strawberry.Parent[OneClickDevice]) -> Sequence[tag.Tag]:
    pairs: Mapping[str, str] = root.attributes
    return [tag.Tag(key, value) for key, value in sorted(pairs.items())]
