from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
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
from gateway.sources.aws.credentials import source_credentials
from gateway.sources.aws.requests import read_operations
from gateway.sources.aws.retry import Retry
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
    """Open a source's upstream, without asking its service anything yet. Raise UnusableSource naming the source.

    Reads share connections that are kept. Each mutation has a new one: on a kept one that the service is just closing,
    nobody could tell whether it was applied.
    """
    model = load(_MODELS[source.service])
    reads = read_operations(model)
    async with AsyncExitStack() as stack:
        try:
            _check_endpoint(source.endpoint_url or "")
            session = _session(source, model)
            reader = await stack.enter_async_context(_client(session, source, model, {}))
            writer = await stack.enter_async_context(_client(session, source, model, _NEW_CONNECTIONS))
        except (BotoCoreError, ValueError) as error:
            raise UnusableSource(f"source {source.name!r} cannot be used: {error}") from error
        methods = {name: getattr(reader if name in reads else writer, xform_name(name)) for name in model.operations}
        yield AwsUpstream(
            source=source.name,
            model=model,
            methods=MappingProxyType(methods),
            cheap_read=_CHEAP_READS[source.service],
            ceiling=Ceiling(source.concurrency, source.rate),
            retry=Retry(source.attempts),
            reads=reads,
        )


def _session(source: SourceSettings, model: ServiceModel) -> aioboto3.Session:
    core = AioSession(profile=source.profile)
    core.get_component("data_loader").search_paths.insert(0, str(SPECS))
    core.register_component("response_parser_factory", AnswerParser(model))
    core.register_component("credential_provider", source_credentials(core, source))
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


def _check_endpoint(url: str) -> None:
    """Raise ValueError for what botocore would only stumble over at the first call."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(f"endpoint_url {url!r} must be http://host or https://host, with a port and a path if need be")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError(f"endpoint_url {url!r} must have neither a query, a fragment nor a user name")


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
