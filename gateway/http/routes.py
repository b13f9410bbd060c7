from collections.abc import Sequence

import strawberry
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from gateway.cache.response import ResponseCache
from gateway.execution.budget import Budget
from gateway.execution.subscribe import Subscriptions
from gateway.execution.trusted_file import TrustedFile
from gateway.http.answers import Answers
from gateway.http.auth import OPEN, Authentication
from gateway.http.cost_headers import COST_HEADERS
from gateway.http.event_stream.shared_endpoint import TOKEN_HEADER, SharedEventStreams
from gateway.http.every_request import EveryRequest
from gateway.http.graphql import GraphQLEndpoint
from gateway.http.health import Ready, health_routes
from gateway.http.kept_answers import KeptAnswers
from gateway.http.operations import Operations
from gateway.http.options import HttpOptions
from gateway.http.preflight import PREFLIGHT_HEADERS
from gateway.http.runtime import MakeContext, Runtime
from gateway.http.streaming import Streaming
from gateway.http.websocket.endpoint import WebSocketEndpoint
from gateway.observability.metrics import Metrics, make_metrics


def routes(
    schema: strawberry.Schema,
    make_context: MakeContext,
    ready: Ready,
    services: Sequence[BaseRoute],
    options: HttpOptions,
    authentication: Authentication = OPEN,
    trusted: TrustedFile | None = None,
    budget: Budget | None = None,
    metrics: Metrics | None = None,
    subscriptions: Subscriptions | None = None,
    responses: ResponseCache | None = None,
) -> list[BaseRoute]:
    """Every path of the server; `services` are the doors of others, such as the embedded device services'.

    `trusted` holds the trusted documents; whoever opens it keeps it up to date. `budget`: what callers may spend.
    `subscriptions` opens streams; without it there are none.
    `metrics`: where all of it is counted; without one nobody reads them. `responses`: where answers are kept.
    """
    measured = metrics or make_metrics()
    kept = None if responses is None else KeptAnswers(responses)
    runtime = Runtime(schema, make_context, budget or Budget(), measured, kept)
    operations = Operations(runtime, options, trusted)
    streaming = Streaming(operations, runtime, subscriptions, incremental=options.streams.incremental)
    answers = Answers(streaming, options.streams.ping_seconds)
    endpoint: ASGIApp = GraphQLEndpoint(operations, answers, options, authentication)
    if options.streams.event_stream and options.streams.shared_event_streams:
        endpoint = SharedEventStreams(endpoint, streaming, options, authentication)
    sockets = WebSocketEndpoint(streaming, options, authentication)
    return [
        Route("/graphql", endpoint),
        *([WebSocketRoute("/graphql", sockets)] if options.streams.websocket else []),
        *health_routes(ready),
        *services,
    ]


def middleware(options: HttpOptions, metrics: Metrics | None = None) -> list[Middleware]:
    """What every request goes through, outermost first."""
    return [
        Middleware(EveryRequest, options=options, metrics=metrics or make_metrics()),
        *([_cross_origin(options.allowed_origins)] if options.allowed_origins else []),
    ]


def _cross_origin(origins: tuple[str, ...]) -> Middleware:
    """Let the listed pages read the answers (CORS); that no other page is served is decided in cross_site."""
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=("GET", "POST", "PUT", "DELETE"),
        allow_headers=("authorization", "content-type", "last-event-id", "x-api-key", TOKEN_HEADER, *PREFLIGHT_HEADERS),
        expose_headers=("etag", "retry-after", "x-request-id", *COST_HEADERS),
    )
