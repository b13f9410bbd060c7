from collections.abc import Mapping
from typing import Any

from gateway.http.credentials import Credentials
from gateway.http.headers import Headers


def read_credentials(payload: Mapping[str, Any], headers: Headers) -> Credentials:
    """Take `authorization` or `x-api-key` from the init's payload, or from `headers` in it, else from the handshake.

    A browser can send no header with a handshake. Names are in any case, as headers' are.
    """
    nested = payload.get("headers")
    told = _named(nested) | _named(payload) if isinstance(nested, dict) else _named(payload)
    if told:
        return Credentials(told.get("authorization"), told.get("x-api-key"))
    return Credentials(headers.get("authorization"), headers.get("x-api-key"))


def _named(payload: Mapping[str, Any]) -> dict[str, str]:
    texts = {name.lower(): value for name, value in payload.items() if isinstance(value, str)}
    return {name: texts[name] for name in ("authorization", "x-api-key") if name in texts}
