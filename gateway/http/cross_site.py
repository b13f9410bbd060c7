"""No page of another origin gets a request through to a resolver, with or without a preflight."""

from collections.abc import Collection

from gateway.execution.result import ErrorCode
from gateway.http.refusal import HttpRefused


def refuse_cross_site(
    host: str | None, origin: str | None, fetch_site: str | None, allowed_origins: Collection[str]
) -> None:
    """Judge by `Origin`, and where a browser leaves it out (a GET by an image, a link) by `Sec-Fetch-Site`.

    Programs send neither and pass. Raise HttpRefused 403.
    """
    if origin is not None:
        if origin in allowed_origins:
            return
        if not _same_authority(origin, host):
            raise _refusal()
    if fetch_site not in {None, "none", "same-origin"}:
        raise _refusal()


def _same_authority(origin: str, host: str | None) -> bool:
    """The scheme is not compared: behind a proxy that ends TLS it is not known here, and Sec-Fetch-Site tells it."""
    scheme, separator, authority = origin.partition("://")
    return bool(separator) and scheme in {"http", "https"} and host is not None and authority == host.lower()


def _refusal() -> HttpRefused:
    message = "Requests from pages of other origins are refused; the setting allowed_origins can list this one."
    return HttpRefused(403, ErrorCode.FORBIDDEN, message)
