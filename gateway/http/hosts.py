from collections.abc import Collection

from starlette.types import Scope

PROBED_PATHS = frozenset({"/live", "/ready"})


class AllowedHosts:
    """Lets no page reach us under a name of its own (DNS rebinding): only the hosts that are ours are served.

    The probes' paths are open: a probe asks by address, and they tell nothing.
    """

    def __init__(self, allowed_hosts: Collection[str]) -> None:
        self._exact = frozenset(host.lower() for host in allowed_hosts)
        self._suffixes = tuple(host[1:].lower() for host in allowed_hosts if host.startswith("*."))

    def serve(self, scope: Scope) -> bool:
        """Whether the request names one of them, once."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return (len(hosts) == 1 and self._has(hosts[0])) or scope["path"] in PROBED_PATHS

    def _has(self, host: bytes) -> bool:
        name = _without_port(host.decode("latin-1").lower())
        return name in self._exact or "*" in self._exact or name.endswith(self._suffixes)


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdecimal() else host
