"""An HTTP request as it came and an HTTP response as it goes, as plain data."""

from msgspec import Struct


class Request(Struct, frozen=True):
    """`raw_path` is the whole path as sent, percent-encoding included; `path` is what follows the service's prefix.

    `query` is the raw query without its question mark. Header names are lower case, in the order they came.
    """

    method: str
    raw_path: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header_values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def header(self, name: str) -> str | None:
        """Answer the first value of a header; `name` in lower case."""
        return next((value for key, value in self.headers if key == name), None)


class Response(Struct, frozen=True):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
