from gateway.execution.road import Road
from gateway.http.options import HttpOptions
from gateway.http.status import StatusProfile
from gateway.http.stream_options import StreamOptions
from gateway.limits.document import DocumentLimits
from gateway.settings.settings import Settings


def http_options_of(settings: Settings) -> HttpOptions:
    return HttpOptions(
        max_body_bytes=settings.maximum_body,
        max_head_bytes=settings.maximum_headers,
        allowed_hosts=settings.allowed_hosts,
        allowed_origins=settings.allowed_origins,
        introspection=settings.open_unless_hardened(settings.introspection),
        suggestions=settings.open_unless_hardened(settings.suggestions),
        plain_get=settings.open_unless_hardened(settings.plain_get),
        deadline_seconds=settings.deadline,
        limits=DocumentLimits(
            settings.maximum_document,
            settings.maximum_tokens,
            settings.maximum_depth,
            settings.maximum_aliases,
            settings.maximum_directives,
            settings.maximum_root_fields,
            settings.maximum_fields,
            settings.maximum_overlaps,
        ),
        max_variables_bytes=settings.maximum_variables,
        document_cache_bytes=settings.document_cache,
        persisted_bytes=settings.persisted_documents,
        trusted_only=settings.trusted_only,
        max_batch=settings.maximum_batch,
        compression=settings.compression,
        status_profile=StatusProfile(settings.status_profile),
        road=Road(settings.executor),
        page_size=settings.page_size,
        answer_age=settings.response_cache_age if settings.response_cache else None,
        streams=_streams_of(settings),
    )


def _streams_of(settings: Settings) -> StreamOptions:
    return StreamOptions(
        websocket=settings.websocket,
        event_stream=settings.event_stream,
        shared_event_streams=settings.workers == 1,
        multipart=settings.multipart,
        incremental=settings.incremental,
        ping_seconds=settings.ping_interval,
        init_seconds=settings.init_timeout,
        max_waiting_sockets=settings.maximum_waiting_sockets,
        max_subscriptions=settings.maximum_subscriptions,
        messages_per_second=settings.message_rate,
    )
