from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Payload:
    """One execution result of a stream: `body` is its JSON, shared among equal streams; `cursor` resumes after it."""

    body: bytes
    cursor: str | None = None
