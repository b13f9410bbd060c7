"""The file of trusted documents in the forms that client tools write, read into text by id. Pure."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import orjson

APOLLO_FORMAT = "apollo-persisted-query-manifest"
SHA256_PREFIX = "sha256:"


class BrokenManifest(Exception):
    """The file is none of the forms, or contradicts itself; the message says where."""


def read_manifest(content: bytes) -> dict[str, str]:
    """Read a manifest's texts by their ids.

    Relay's persisted_queries.json and a plain file are `{"id": "text"}`; Apollo's is
    `{"format": "apollo-persisted-query-manifest", "operations": [{"id": …, "body": …}]}`.
    Raise BrokenManifest.
    """
    try:
        manifest = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BrokenManifest(f"it is not JSON: {error.msg} at character {error.pos}") from None
    if not isinstance(manifest, dict):
        raise BrokenManifest("it must be a JSON object")
    texts = dict(_operations(manifest)) if isinstance(manifest.get("format"), str) else manifest
    for identifier, text in texts.items():
        _check(identifier, text)
    return texts


def _operations(manifest: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    if manifest["format"] != APOLLO_FORMAT:
        raise BrokenManifest(f"its format is not {APOLLO_FORMAT!r}")
    operations = manifest.get("operations")
    if not isinstance(operations, list):
        raise BrokenManifest("`operations` must be a list")
    seen: dict[str, str] = {}
    for number, operation in enumerate(operations):
        match operation:
            case {"id": str(identifier), "body": str(text)} if seen.setdefault(identifier, text) == text:
                yield identifier, text
            case {"id": str(identifier), "body": str()}:
                raise BrokenManifest(f"two operations have the id {identifier!r}")
            case _:
                raise BrokenManifest(f"operation {number} needs an `id` and a `body`, both text")


def _check(identifier: str, text: object) -> None:
    if not identifier:
        raise BrokenManifest("an id is empty")
    if not isinstance(text, str):
        raise BrokenManifest(f"the document {identifier!r} is not text")
    if identifier.startswith(SHA256_PREFIX) and identifier != SHA256_PREFIX + sha256(text.encode()).hexdigest():
        raise BrokenManifest(f"the document {identifier!r} has another hash")
