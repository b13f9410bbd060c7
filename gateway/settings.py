"""Every setting once.

The environment (`GATEWAY_PORT`) goes before gateway.toml (`port`), which goes before the default.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

PREFIX = "GATEWAY_"
CONFIG_FILE = "gateway.toml"
CONFIG_VARIABLE = PREFIX + "CONFIG"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
EMBEDDED_ACCOUNT = "123456789012"
HARDENED_RATE = 120_000

ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})

Positive = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class SourceSettings(BaseModel):
    """One account, region or endpoint of one of the two services."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")] = Field(description="Unique; clients see it.")
    service: Literal["one-click", "alexa-for-business"] = Field(description="Which of the two services it speaks.")
    region: str | None = Field(default=None, description="AWS region; us-west-2 for 1-Click, us-east-1 for Alexa.")
    embedded: bool = Field(default=False, description="Served by this gateway's own device services.")
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")] = Field(
        default=EMBEDDED_ACCOUNT, description="Account of an embedded source."
    )
    endpoint_url: str | None = Field(default=None, description="An AWS-compatible endpoint; else `embedded`.")
    profile: str | None = Field(default=None, description="Credentials profile; without it the usual AWS chain.")
    role_arn: str | None = Field(default=None, description="Role to assume with those credentials.")
    sts_endpoint_url: str | None = Field(default=None, description="Where roles are assumed, if not at AWS.")
    connect_timeout: Seconds = Field(default=2.0, description="Seconds to reach the endpoint.")
    read_timeout: Seconds = Field(default=5.0, description="Seconds to wait for an answer.")
    attempts: Positive = Field(default=3, description="Tries of a read, or of a mutation that was surely not applied.")
    concurrency: Positive = Field(default=32, description="Calls under way at once.")
    rate: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Calls a second of each operation; AWS allowed 10 for 1-Click."
    )
    remaining_life: Literal["fraction", "percent"] = Field(
        default="fraction", description="How the endpoint's descriptions tell remaining life."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.embedded == (self.endpoint_url is not None):
            message = f"source {self.name!r} needs exactly one of `embedded = true` and `endpoint_url`"
            raise ValueError(message)
        return self

    @property
    def aws_region(self) -> str:
        return self.region or {"one-click": "us-west-2", "alexa-for-business": "us-east-1"}[self.service]


EMBEDDED_SOURCES = (
    SourceSettings(name="buttons", service="one-click", embedded=True),
    SourceSettings(name="echoes", service="alexa-for-business", embedded=True),
)


class Settings(BaseSettings):
    """What the gateway is told; frozen. Unknown names are refused, naming them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="Port to listen on; 0 finds one.")
    authentication: Literal["none", "required"] = Field(
        default="none", description="Whether callers of the graph need an API key or a token."
    )
    token_issuer: str | None = Field(default=None, description="Issuer (`iss`) of accepted tokens, an https URL.")
    token_audience: str | None = Field(default=None, description="Audience (`aud`) that tokens must be for.")
    token_keys_url: str | None = Field(
        default=None, description="The issuer's JSON Web Key Set; without it OpenID Connect Discovery tells."
    )
    token_algorithms: tuple[str, ...] = Field(
        default=("RS256", "ES256"), description="Signature algorithms accepted; asymmetric ones only."
    )
    token_leeway: Annotated[float, Field(ge=0, le=300)] = Field(
        default=60.0, description="Seconds that clocks may differ by."
    )
    token_sources_claim: str | None = Field(
        default=None, description="Claim that lists the sources a caller is confined to."
    )
    allow_anonymous: bool = Field(
        default=False, description="Listen beyond loopback although callers are not authenticated."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="Host names answered, without port; others are refused.",
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="Web origins beside the server's own that may send operations."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses of proxies whose X-Forwarded headers are believed."
    )
    data: Path = Field(default=Path("data"), description="Directory of the database and of the secret key.")
    database_url: SecretStr | None = Field(
        default=None, description="postgresql://…; without it SQLite in the data directory."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Signs cursors and encrypts access keys; 32 characters at least, as random as can be. "
        "Without it one is made and kept in the data directory.",
    )
    sources: tuple[SourceSettings, ...] = Field(
        default=EMBEDDED_SOURCES, description="Where devices come from, in the order of lists."
    )
    profile: Literal["loopback", "hardened"] | None = Field(
        default=None, description="How open the gateway is; unless said, loopback on loopback and hardened beyond."
    )
    graphiql: bool | None = Field(default=None, description="Serve GraphiQL at /; unless said, not if hardened.")
    introspection: bool | None = Field(default=None, description="Answer introspection; unless said, not if hardened.")
    suggestions: bool | None = Field(
        default=None, description="Say which field was perhaps meant; unless said, not if hardened."
    )
    plain_get: bool | None = Field(
        default=None,
        description="Run documents sent by GET without a preflight header; unless said, not if hardened.",
    )
    status_profile: Literal["default", "draft-2026"] = Field(
        default="default", description="HTTP statuses as clients expect them, or as the draft of 2026 has them."
    )
    compression: bool = Field(default=True, description="Compress answers for clients that take gzip.")
    page_size: Positive = Field(default=20, description="Items of a page where neither first nor last is given.")
    page_maximum: Positive = Field(default=100, description="The largest first or last.")
    scan_limit: Positive = Field(
        default=5000, description="Items read of a source for one page where its service cannot filter or sort."
    )
    deadline: Seconds = Field(default=30.0, description="Seconds an operation may take.")
    maximum_body: Positive = Field(default=1_048_576, description="Bytes of a request's body.")
    maximum_headers: Positive = Field(default=65_536, description="Bytes of a request's line and headers.")
    maximum_batch: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="Operations of one request, sent as a JSON array; 0 takes no arrays."
    )
    maximum_document: Positive = Field(default=100_000, description="Bytes of a document.")
    maximum_tokens: Positive = Field(default=2_000, description="Lexical tokens of a document.")
    maximum_depth: Positive = Field(default=16, description="Fields nested in each other, through fragments.")
    maximum_aliases: Positive = Field(default=30, description="Aliases of an operation.")
    maximum_directives: Positive = Field(default=20, description="Directives of an operation.")
    maximum_root_fields: Positive = Field(default=20, description="Fields at the root of an operation.")
    maximum_fields: Positive = Field(default=500, description="Fields of an operation, fragments counted where spread.")
    maximum_cost: Positive = Field(
        default=25_000,
        description="Cost of a request, all operations of a batch together, in units of the graph's @cost.",
    )
    rate_cost: Annotated[int, Field(ge=0, le=60_000_000)] | None = Field(
        default=None,
        description="Cost that a caller may spend a minute; 0 does not count. Unless said, 0, and 120000 if hardened.",
    )
    rate_burst: Positive | None = Field(
        default=None, description="Cost that a caller may spend at once; without it what a minute brings."
    )
    claim_rate: Annotated[int, Field(ge=0, le=60_000)] = Field(
        default=30, description="Claims of devices that a caller may try a minute, by code or by id; 0 does not count."
    )
    aws_rate: Annotated[float, Field(ge=0, le=100_000)] = Field(
        default=0.0,
        description="Calls a second of the embedded services that an access key may make; 0 does not count.",
    )
    rate_store_url: SecretStr | None = Field(
        default=None, description="redis://… or valkey://…, counts for all replicas; without it each for itself."
    )
    rate_store_down: Literal["open", "closed"] = Field(
        default="open",
        description="While that store is down: each replica counts for itself, or what is counted is refused.",
    )
    maximum_variables: Positive = Field(default=65_536, description="Bytes, roughly, of a request's variables.")
    document_cache: Positive = Field(
        default=33_554_432, description="Bytes, roughly, that parsed documents may hold in memory."
    )
    persisted_documents: Annotated[int, Field(ge=0)] = Field(
        default=8_388_608,
        description="Bytes that documents registered by clients (automatic persisted queries) may hold; 0 takes none.",
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="File of documents that clients name by id, in Relay's or Apollo's form; read anew on change.",
    )
    trusted_documents_cache: Positive = Field(
        default=67_108_864, description="Bytes, roughly, that trusted documents may hold in memory."
    )
    trusted_only: bool = Field(default=False, description="Run nothing but trusted documents.")
    events_kept: Positive = Field(default=30, description="Days that the embedded services keep events.")
    changes_kept: Positive = Field(default=7, description="Days that the change log goes back.")
    shutdown_grace: Seconds = Field(default=20.0, description="Seconds that requests under way get at the end.")
    log_format: Literal["console", "json"] = Field(default="console", description="Form of the log on stderr.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged.")
    demo: bool = Field(default=False, description="Fill an empty store with the demo fleet and keep it alive.")

    @field_validator("database_url")
    @classmethod
    def _of_postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("postgresql://", "postgres://")):
            message = "it must begin with postgresql://"
            raise ValueError(message)
        return url

    @field_validator("rate_store_url")
    @classmethod
    def _of_valkey(cls, url: SecretStr | None) -> SecretStr | None:
        schemes = ("redis://", "rediss://", "valkey://", "valkeys://", "unix://")
        if url is not None and not url.get_secret_value().startswith(schemes):
            message = f"it must begin with one of {', '.join(schemes)}"
            raise ValueError(message)
        return url

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.sources:
            message = "sources: there is none; leave the setting out for the embedded services"
            raise ValueError(message)
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            message = f"sources: two sources are named {twice[0]!r}; a name must be unique"
            raise ValueError(message)
        if self.page_size > self.page_maximum:
            message = "page_size is larger than page_maximum"
            raise ValueError(message)
        if self.host not in LOOPBACK and self.authentication == "none" and not self.allow_anonymous:
            message = (
                f"host {self.host!r} is beyond loopback and callers are not authenticated: set authentication = "
                '"required", or allow_anonymous = true (GATEWAY_ALLOW_ANONYMOUS) if the network around it is trusted'
            )
            raise ValueError(message)
        if (self.token_issuer is None) != (self.token_audience is None):
            message = "token_issuer and token_audience go together"
            raise ValueError(message)
        weak = sorted(set(self.token_algorithms) - ASYMMETRIC)
        if weak:
            message = f"token_algorithms: {weak[0]!r} is not one of {', '.join(sorted(ASYMMETRIC))}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _trusted(self) -> Self:
        if self.trusted_only and self.trusted_documents is None:
            message = "trusted_only needs trusted_documents: without them nothing could be run"
            raise ValueError(message)
        return self

    @property
    def hardened(self) -> bool:
        if self.profile is None:
            return self.host not in LOOPBACK
        return self.profile == "hardened"

    def open_unless_hardened(self, asked_for: bool | None) -> bool:  # noqa: FBT001  # the setting's own value
        """What a setting of the profile's means: as it says, else by the profile."""
        return not self.hardened if asked_for is None else asked_for

    @property
    def cost_a_minute(self) -> int:
        """What a caller may spend; 0 where that is not counted."""
        if self.rate_cost is None:
            return HARDENED_RATE if self.hardened else 0
        return self.rate_cost


class NotUsable(Exception):
    """What the settings say, or what they point at, cannot be used; the message says what to do."""


class UnknownSetting(NotUsable):
    """The environment names a setting that does not exist."""


class UnreadableSettings(NotUsable):
    """The settings file, or a variable of the environment, is not of the form that it must have."""


def load(config: Path | None = None, **given: object) -> Settings:
    """Read the settings: what the command line gave (None: nothing), then the environment, then the file.

    Without `config` (or GATEWAY_CONFIG) gateway.toml of the working directory is read where it exists.
    Raise FileNotFoundError, UnreadableSettings, UnknownSetting, or pydantic's ValidationError naming each setting.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG_VARIABLE}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise UnknownSetting(f"unknown setting {unknown[0]} in the environment")
    environment = _Environment(Settings)()
    stated = {name: value for name, value in given.items() if value is not None}
    return Settings.model_validate({**_file(config), **environment, **stated})


def _file(config: Path | None) -> dict[str, Any]:
    named = config or (Path(os.environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in os.environ else None)
    file = named or Path(CONFIG_FILE)
    if named is None and not file.is_file():
        return {}
    if not file.is_file():
        raise FileNotFoundError(f"there is no settings file {file}")
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableSettings(f"the settings file {file} cannot be read: {error}") from error


class _Environment(EnvSettingsSource):
    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - of any type
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError as error:
            name = PREFIX + field_name.upper()
            raise UnreadableSettings(f'{name} in the environment is not JSON; a list is written ["…", "…"]') from error
