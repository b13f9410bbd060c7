from enum import StrEnum

from gateway.execution.result import ErrorCode
from gateway.http.refusal import HttpRefused


class MediaType(StrEnum):
    """What an answer can be written as (GraphQL over HTTP, "Media Types")."""

    GRAPHQL_RESPONSE = "application/graphql-response+json"
    JSON = "application/json"


_EXACT, _SUBTYPES, _ANY = 3, 2, 1
_NO_MATCH = (0.0, 0)


def negotiate(accept: str | None) -> MediaType:
    """Choose by quality; among equals what is named wins over a wildcard, and the newer type over the older.

    A wildcard alone, or no header, means application/json, as clients from before the specification expect.
    Raise HttpRefused 406 where neither type will do.
    """
    if not accept or accept in {"*/*", MediaType.JSON}:
        return MediaType.JSON
    ranges = [_media_range(part) for part in accept.split(",")]
    newer = _best(MediaType.GRAPHQL_RESPONSE, ranges)
    older = _best(MediaType.JSON, ranges)
    if newer[0] == older[0] == 0:
        message = f"The answer can be {MediaType.GRAPHQL_RESPONSE} or {MediaType.JSON}; Accept allows neither."
        raise HttpRefused(406, ErrorCode.BAD_USER_INPUT, message)
    if newer > older or (newer == older and newer[1] == _EXACT):
        return MediaType.GRAPHQL_RESPONSE
    return MediaType.JSON


def _best(media_type: MediaType, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """Quality and specificity of the most specific range that matches (RFC 9110, 12.5.1)."""
    matches = [(_specificity(media_type, name), quality) for name, quality in ranges]
    specificity, quality = max(matches)
    return (quality, specificity) if specificity else _NO_MATCH


def _specificity(media_type: MediaType, name: str) -> int:
    if name == media_type:
        return _EXACT
    if name == "application/*":
        return _SUBTYPES
    return _ANY if name == "*/*" else 0


def _media_range(part: str) -> tuple[str, float]:
    """Name and quality; one that asks for a charset other than utf-8 matches nothing."""
    name, *parameters = part.lower().split(";")
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.strip().partition("=")
        if key == "q":
            quality = _quality(value)
        elif key == "charset" and value.strip('"') not in {"utf-8", "utf8"}:
            return "", 0.0
    return name.strip(), quality


def _quality(value: str) -> float:
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
