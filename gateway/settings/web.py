from typing import Annotated, Literal

from pydantic import Field

from gateway.settings.kinds import Group, Seconds

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class WebSettings(Group):
    """Where the gateway listens, and how open it is to the web."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="Port to listen on; 0 finds one.")
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses of proxies whose X-Forwarded headers are believed."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="Host names answered, without port; others are refused.",
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="Web origins beside the server's own that may send operations."
    )
    profile: Literal["loopback", "hardened"] | None = Field(
        default=None, description="How open the gateway is; unless said, loopback on loopback and hardened beyond."
    )
    introspection: bool | None = Field(default=None, description="Answer introspection; unless said, not if hardened.")
    suggestions: bool | None = Field(
        default=None, description="Say which field was perhaps meant; unless said, not if hardened."
    )
    plain_get: bool | None = Field(
        default=None,
        description="Run documents sent by GET without a preflight header; unless said, not if hardened.",
    )
    federation: bool = Field(
        default=False, description="Be a subgraph of Apollo Federation: answer `_service` and `_entities`."
    )
    status_profile: Literal["default", "draft-2026"] = Field(
        default="default", description="HTTP statuses as clients expect them, or as the draft of 2026 has them."
    )
    compression: bool = Field(default=True, description="Compress answers for clients that take gzip.")
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1,
        description="Processes that serve the same ports; over SQLite one. Each counts rates, caches and counts for "
        "/metrics by itself.",
    )
    shutdown_grace: Seconds = Field(default=20.0, description="Seconds that requests under way get at the end.")

    @property
    def hardened(self) -> bool:
        if self.profile is None:
            return self.host not in LOOPBACK
        return self.profile == "hardened"

    def open_unless_hardened(self, asked_for: bool | None) -> bool:  # noqa: FBT001  # the setting's own value
        """What a setting of the profile's means: as it says, else by the profile."""
        return not self.hardened if asked_for is None else asked_for
