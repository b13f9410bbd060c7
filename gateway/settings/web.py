from typing import Annotated, Literal

from msgspec import Meta

from gateway.settings.kinds import Seconds, group

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@group
class WebSettings:
    """Where the gateway listens, and how open it is to the web."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    """Port to listen on; 0 finds one."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies whose X-Forwarded headers are believed."""
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    """Host names answered, without port; others are refused."""
    allowed_origins: tuple[str, ...] = ()
    """Web origins beside the server's own that may send operations."""
    profile: Literal["loopback", "hardened"] | None = None
    """How open the gateway is; unless said, loopback on loopback and hardened beyond."""
    introspection: bool | None = None
    """Answer introspection; unless said, not if hardened."""
    suggestions: bool | None = None
    """Say which field was perhaps meant; unless said, not if hardened."""
    plain_get: bool | None = None
    """Run documents sent by GET without a preflight header; unless said, not if hardened."""
    federation: bool = False
    """Be a subgraph of Apollo Federation: answer `_service` and `_entities`."""
    status_profile: Literal["default", "draft-2026"] = "default"
    """HTTP statuses as clients expect them, or as the draft of 2026 has them."""
    compression: bool = True
    """Compress answers for clients that take gzip."""
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    """Processes that serve the same ports; over SQLite one. Each counts rates, caches and counts for /metrics by
    itself.
    """
    shutdown_grace: Seconds = 20.0
    """Seconds that requests under way get at the end."""

    @property
    def hardened(self) -> bool:
        if self.profile is None:
            return self.host not in LOOPBACK
        return self.profile == "hardened"

    def open_unless_hardened(self, asked_for: bool | None) -> bool:  # noqa: FBT001  # the setting's own value
        """What a setting of the profile's means: as it says, else by the profile."""
        return not self.hardened if asked_for is None else asked_for
