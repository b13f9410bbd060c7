"""The door that devices come in by: each with a secret of its own, in small JSON bodies.

A report that is answered 204 survives a crash. Whoever cannot show a device's secret does not learn whether it exists.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from gateway.http.body import Disconnected, read_body
from gateway.http.counting import count_refusal
from gateway.http.ingest_guard import guarded
from gateway.http.mistakes import Mistakes
from gateway.http.refusal import HttpRefused
from gateway.http.request import require_json
from gateway.model.device import ConnectionStatus
from gateway.model.rfc3339 import read_time
from gateway.observability.metrics import Metrics
from gateway.services.context import ServiceContext
from gateway.services.device_secrets import find_echo, is_button
from gateway.services.ingest import (
    ClickType,
    InvalidReportError,
    UnknownDeviceError,
    report_click,
    report_connection,
    report_health,
)
from gateway.services.one_click.life import fraction

MAX_BODY_BYTES = 4096
BODY_SECONDS = 10.0
PERCENT = 100

NOWHERE = JSONResponse({"error": "There is nothing to report to at this path."}, 404)
NO_INGEST: Sequence[BaseRoute] = (Mount("/ingest", NOWHERE), Route("/ingest", NOWHERE))
"""Where devices do not report."""

Take: TypeAlias = Callable[[ServiceContext, Request], Awaitable[None]]


class _UnknownSecretError(Exception):
    """No device of that name has that secret."""


def ingest_routes(context: ServiceContext, mistakes: Mistakes, metrics: Metrics) -> list[BaseRoute]:
    """Where devices report; `context` is that of the embedded services, `mistakes` bounds wrong secrets."""
    ways: Mapping[str, Take] = {
        "/one-click/{device_id}/events": _take_click,
        "/one-click/{device_id}/health": _take_health,
        "/alexa-for-business/{serial_number}/connection": _take_connection,
    }
    reports = [
        Route(path, guarded(_endpoint(context, take, metrics), mistakes, metrics), methods=["POST"])
        for path, take in ways.items()
    ]
    return [Mount("/ingest", Router(reports, redirect_slashes=False, default=NOWHERE)), Route("/ingest", NOWHERE)]


def _endpoint(context: ServiceContext, take: Take, metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            await take(context, request)
        except (_UnknownSecretError, UnknownDeviceError):
            message = "No device of that name has that secret; it is sent as `Authorization: Bearer …`."
            return JSONResponse({"error": message}, 401, {"www-authenticate": "Bearer"})
        except InvalidReportError as error:
            return JSONResponse({"error": f"{error}."}, 400)
        except HttpRefused as refusal:
            count_refusal(metrics, refusal.result, "ingest")
            return JSONResponse({"error": str(refusal)}, refusal.status, refusal.headers)
        except Disconnected:
            pass  # nobody is left to answer
        return Response(status_code=204)

    return endpoint


async def _take_click(context: ServiceContext, request: Request) -> None:
    device_id = await _button(context, request)
    body = await _body(request, ("clickType", "reportedTime"))
    click_type = body.get("clickType")
    if click_type not in tuple(ClickType):
        raise InvalidReportError(f"clickType must be one of {', '.join(ClickType)}")
    await report_click(context, device_id, ClickType(click_type), _time(body, "reportedTime"))


async def _take_health(context: ServiceContext, request: Request) -> None:
    device_id = await _button(context, request)
    remaining_life = (await _body(request, ("remainingLife",))).get("remainingLife")
    if isinstance(remaining_life, bool) or not isinstance(remaining_life, int | float):
        raise InvalidReportError("remainingLife must be a number")
    if not 0 <= remaining_life <= PERCENT:
        raise InvalidReportError("remainingLife must be in percent, 0 to 100")
    await report_health(context, device_id, fraction(remaining_life))


async def _take_connection(context: ServiceContext, request: Request) -> None:
    echo = await find_echo(context, request.path_params["serial_number"], _secret(request))
    if echo is None:
        raise _UnknownSecretError
    body = await _body(request, ("status", "time"))
    status = body.get("status")
    if status not in (ConnectionStatus.ONLINE, ConnectionStatus.OFFLINE):
        raise InvalidReportError("status must be one of ONLINE, OFFLINE")
    await report_connection(context, echo.tenant, echo.arn, ConnectionStatus(status), _time(body, "time"))


async def _button(context: ServiceContext, request: Request) -> str:
    """The id of the button that the request comes from."""
    device_id: str = request.path_params["device_id"]
    if not await is_button(context, device_id, _secret(request)):
        raise _UnknownSecretError
    return device_id


def _secret(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise _UnknownSecretError
    return secret.strip()


async def _body(request: Request, members: Sequence[str]) -> Mapping[str, Any]:
    """The request's JSON object; one with other members than these is refused, because a misspelt time is no time."""
    require_json(request.headers.get("content-type"))
    raw = await read_body(request.receive, request.headers.get("content-length"), MAX_BODY_BYTES, BODY_SECONDS)
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise InvalidReportError("The body must be a JSON object")
    unknown = sorted(body.keys() - set(members))
    if unknown:
        raise InvalidReportError(f"The body has the unknown member {unknown[0]!r}; it may have {', '.join(members)}")
    return body


def _time(body: Mapping[str, Any], member: str) -> datetime | None:
    given = body.get(member)
    if given is None:
        return None
    try:
        time = read_time(given)
    except ValueError:
        time = None
    if time is None:
        raise InvalidReportError(f"{member} must be a time with its offset, as 2024-05-17T09:30:00.000Z")
    return time
