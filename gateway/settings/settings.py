from dataclasses import dataclass
from typing import Literal

from gateway.settings.callers import CallerSettings
from gateway.settings.documents import DocumentSettings
from gateway.settings.doors import DoorSettings
from gateway.settings.limits import LimitSettings
from gateway.settings.live import HARDENED_STREAMS, LiveSettings
from gateway.settings.rates import RateSettings
from gateway.settings.responses import ResponseSettings
from gateway.settings.source import EMBEDDED_SOURCES, SourceSettings
from gateway.settings.storage import StorageSettings
from gateway.settings.streams import StreamSettings
from gateway.settings.web import LOOPBACK, WebSettings

PREFIX = "GATEWAY_"
HARDENED_RATE = 120_000
HARDENED_AWS_RATE = 50.0


@dataclass(frozen=True, kw_only=True)
class Settings(
    DocumentSettings,
    RateSettings,
    ResponseSettings,
    LiveSettings,
    LimitSettings,
    StorageSettings,
    CallerSettings,
    DoorSettings,
    StreamSettings,
    WebSettings,
):
    """What the gateway is told. Raise ValueError where settings do not fit together."""

    sources: tuple[SourceSettings, ...] = EMBEDDED_SOURCES
    """Where devices come from, in the order of lists."""
    log_format: Literal["console", "json"] | None = None
    """Form of the log on stderr; unless said, console on a terminal and json elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level logged."""

    def __post_init__(self) -> None:
        self.check_pages()
        self.check_tokens()
        self.check_trusted()
        self._check_sources()
        self._check_reach()

    def _check_sources(self) -> None:
        if not self.sources:
            message = "sources: there is none; leave the setting out for the embedded services"
            raise ValueError(message)
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            message = f"sources: two sources are named {twice[0]!r}; a name must be unique"
            raise ValueError(message)

    def _check_reach(self) -> None:
        if self.host not in LOOPBACK and self.authentication == "none" and not self.allow_anonymous:
            message = (
                f"host {self.host!r} is beyond loopback and callers are not authenticated: set authentication = "
                '"required", or allow_anonymous = true (GATEWAY_ALLOW_ANONYMOUS) if the network around it is trusted'
            )
            raise ValueError(message)
        if self.workers > 1 and self.database_url is None and self.needs_store:
            message = (
                "workers: SQLite is for one process; set database_url (GATEWAY_DATABASE_URL) to a PostgreSQL, or "
                "workers = 1"
            )
            raise ValueError(message)

    @property
    def needs_store(self) -> bool:
        """Whether anything is kept here: devices of embedded sources, API keys, or what was found at endpoints."""
        embedded = [source.embedded for source in self.sources]
        return self.authentication == "required" or any(embedded) or (self.endpoint_poll > 0 and not all(embedded))

    @property
    def tells_metrics(self) -> bool:
        """Whether metrics are told at all: asked for, on a port of their own, or not hardened."""
        if self.metrics is None:
            return self.metrics_port is not None or not self.hardened
        return self.metrics

    @property
    def aws_calls_a_second(self) -> float:
        """What an access key may call; 0 where that is not counted."""
        if self.aws_rate is None:
            return HARDENED_AWS_RATE if self.hardened else 0.0
        return self.aws_rate

    @property
    def cost_a_minute(self) -> int:
        """What a caller may spend; 0 where that is not counted."""
        if self.rate_cost is None:
            return HARDENED_RATE if self.hardened else 0
        return self.rate_cost

    @property
    def most_streams_a_caller(self) -> int:
        """How many a caller may have open; 0 where that is not counted."""
        if self.streams_a_caller is None:
            return HARDENED_STREAMS if self.hardened else 0
        return self.streams_a_caller
