"""The ways in, by their paths."""

DOORS = {
    "": "page",
    "assets": "page",
    "graphql": "graphql",
    "one-click": "one-click",
    "alexa-for-business": "alexa-for-business",
    "ingest": "ingest",
    "metrics": "metrics",
    "live": "health",
    "ready": "health",
}
"""By the first part of a path."""
OTHER = "other"


def door_of(path: str) -> str:
    """Which of our ways in a path belongs to; one of few words, whatever was asked for."""
    return DOORS.get(path.split("/", 2)[1] if path[:1] == "/" else OTHER, OTHER)
