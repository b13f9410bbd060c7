from typing import Self
from urllib.parse import urlsplit

from msgspec import Struct

_PORTS = {"http": 80, "https": 443}


class Endpoint(Struct, frozen=True):
    """Where a service is: `path` is what stands before its own paths, `authority` what the Host header has."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of_url(cls, url: str) -> Self:
        """Raise ValueError for what could never work, or would only be stumbled over at the first call."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.port == 0:
            message = f"endpoint_url {url!r} must be http://host or https://host, with a port and a path if need be"
            raise ValueError(message)
        if parts.query or parts.fragment or parts.username is not None:
            raise ValueError(f"endpoint_url {url!r} must have neither a query, a fragment nor a user name")
        if not url.isascii() or any(character <= " " for character in url):
            raise ValueError(f"endpoint_url {url!r} must be percent-encoded")
        return cls(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], parts.path)

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def whole(self, path: str) -> str:
        """An operation's path as it is sent; below an endpoint with a path, `/` is that path itself, as in botocore."""
        if path == "/":
            return self.path or "/"
        return self.path.removesuffix("/") + path
