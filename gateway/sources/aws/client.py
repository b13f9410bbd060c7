from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from ssl import SSLContext
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import aioboto3
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore import xform_name
from botocore.exceptions import BotoCoreError

from gateway import __version__
from gateway.settings.not_usable import NotUsable
from gateway.settings.source import SourceSettings
from gateway.sources.aws.answers import AnswerParser
from gateway.sources.aws.ceiling import Ceiling
from gateway.sources.aws.connections import Address, Connections
from gateway.sources.aws.credentials import SourceCredentials, source_credentials
from gateway.sources.aws.endpoint import Endpoint
from gateway.sources.aws.requests import read_operations
from gateway.sources.aws.retry import Retry
from gateway.sources.aws.signed_http import Method, SignedHttp
from gateway.sources.aws.transport import Transport
from gateway.sources.aws.upstream import AwsUpstream
from gateway.wire.service import SPECS, ServiceModel, load

_MODELS: Mapping[str, str] = MappingProxyType(
    {"one-click": "iot1click-devices", "alexa-for-business": "alexaforbusiness"}
)
_CHEAP_READS: Mapping[str, str] = MappingProxyType({"one-click": "ListDevices", "alexa-for-business": "SearchDevices"})
_NEW_CONNECTIONS: Mapping[str, Any] = MappingProxyType({"force_close": True, "keepalive_timeout": None})


class UnusableSource(NotUsable):
    """A source cannot be opened as its settings are: the profile, the region, the endpoint's form."""


@asynccontextmanager
async def open_aws(source: SourceSettings) -> AsyncIterator[AwsUpstream]:
    """Open a source's upstream, without asking its service anything yet. Raise UnusableSource naming the source."""
    model = load(_MODELS[source.service])
    async with AsyncExitStack() as stack:
        try:
            reads, afresh = await _methods(source, model, stack)
        except (BotoCoreError, ValueError, OSError) as error:
            raise UnusableSource(f"source {source.name!r} cannot be used: {error}") from error
        yield AwsUpstream(
            source=source.name,
            model=model,
            reads=reads,
            afresh=afresh,
            cheap_read=_CHEAP_READS[source.service],
            ceiling=Ceiling(source.concurrency, source.rate),
            retry=Retry(source.attempts),
        )


async def _methods(
    source: SourceSettings, model: ServiceModel, stack: AsyncExitStack
) -> tuple[Mapping[str, Method], Mapping[str, Method]]:
    """The operations that only read, and all of them over new connections. Behind a proxy aioboto3 reads too."""
    endpoint = Endpoint.of_url(source.endpoint_url or "")
    core = AioSession(profile=source.profile)
    credentials = source_credentials(core, source)
    session = _session(core, model, credentials)
    afresh = await stack.enter_async_context(_client(session, source, model, _NEW_CONNECTIONS))
    transport: Transport = afresh._endpoint.http_session  # noqa: SLF001 - only it knows certificates and proxies
    names = read_operations(model)
    if transport.proxies(source.endpoint_url or ""):
        reads = _by_name(await stack.enter_async_context(_client(session, source, model, {})), names)
    else:
        connections = _connections(source, endpoint, transport.tls())
        stack.push_async_callback(connections.close)
        signed = SignedHttp(model, source.aws_region, endpoint, credentials, connections)
        reads = {name: signed.method(name) for name in names}
    return MappingProxyType(reads), MappingProxyType(_by_name(afresh, model.operations))


def _by_name(client: Any, operations: Iterable[str]) -> dict[str, Method]:  # noqa: ANN401 - botocore makes its class
    return {name: _method(getattr(client, xform_name(name))) for name in operations}


def _method(call: Callable[..., Awaitable[dict[str, Any]]]) -> Method:
    return lambda params: call(**{name: value for name, value in params.items() if value is not None})


def _connections(source: SourceSettings, endpoint: Endpoint, tls: SSLContext | None) -> Connections:
    return Connections(Address(endpoint.host, endpoint.port, tls, source.connect_timeout, source.read_timeout))


def _session(core: AioSession, model: ServiceModel, credentials: SourceCredentials) -> aioboto3.Session:
    core.get_component("data_loader").search_paths.insert(0, str(SPECS))
    core.register_component("response_parser_factory", AnswerParser(model))
    core.register_component("credential_provider", credentials)
    return aioboto3.Session(botocore_session=core)


def _client(
    session: aioboto3.Session, source: SourceSettings, model: ServiceModel, connections: Mapping[str, Any]
) -> AbstractAsyncContextManager[Any]:
    client: AbstractAsyncContextManager[Any] = session.client(
        model.name,
        region_name=source.aws_region,
        endpoint_url=source.endpoint_url,
        # Without TLS the certificates need not be read, which takes longer than all the rest.
        verify=False if urlsplit(source.endpoint_url).scheme == "http" else None,
        config=_config(source, connections),
    )
    return client


def _config(source: SourceSettings, connections: Mapping[str, Any]) -> AioConfig:
    return AioConfig(
        http_session_cls=Transport,
        connector_args=dict(connections),
        connect_timeout=source.connect_timeout,
        read_timeout=source.read_timeout,
        max_pool_connections=source.concurrency,
        # Retries and checks are ours; the fixed name saves a sixth of a call's time, which goes into making one up.
        retries={"mode": "standard", "total_max_attempts": 1},
        parameter_validation=False,
        user_agent=f"device-gateway/{__version__}",
    )
