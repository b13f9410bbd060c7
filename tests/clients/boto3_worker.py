"""The last boto3 that has both services, used as its users use it: reads calls as JSON lines, answers each with a line.

Run by the interpreter of tests/sdk. Times are {"time": ISO 8601}.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeAlias

import boto3
import botocore.auth
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

Json: TypeAlias = dict[str, Any]
CLIENT = ("service", "endpoint", "region", "access_key_id", "secret", "unchecked")


class WorkersClock(datetime):
    """What this machine takes for the time; botocore signs by it."""

    ahead = timedelta()
    stopped_at: datetime | None = None

    @classmethod
    def utcnow(cls) -> datetime:
        return cls.stopped_at or datetime.now(UTC).replace(tzinfo=None) + cls.ahead


class Worker:
    def __init__(self) -> None:
        self.clients: dict[tuple[object, ...], BaseClient] = {}

    def answer(self, call: Json) -> Json:
        client = self._client(call)
        if "operation" not in call:
            return {"operations": list(client.meta.service_model.operation_names)}
        WorkersClock.ahead = timedelta(seconds=call["ahead"])
        stopped_at: datetime | None = call["stopped_at"]
        WorkersClock.stopped_at = stopped_at and stopped_at.astimezone(UTC).replace(tzinfo=None)
        sent: Json = {}
        stop_watching = _watch(client, call["replace"], sent)
        try:
            return {**_called(client, call), "sent": sent}
        finally:
            stop_watching()

    def _client(self, call: Json) -> BaseClient:
        key = tuple(call[name] for name in CLIENT)
        if key not in self.clients:
            self.clients[key] = boto3.client(
                call["service"],
                region_name=call["region"],
                endpoint_url=call["endpoint"],
                aws_access_key_id=call["access_key_id"],
                aws_secret_access_key=call["secret"],
                config=Config(
                    retries={"total_max_attempts": 1},
                    connect_timeout=5,
                    read_timeout=30,
                    parameter_validation=not call["unchecked"],
                ),
            )
        return self.clients[key]


def _watch(client: BaseClient, replace: list[str] | None, sent: Json) -> Callable[[], None]:
    """Note what is sent; `replace` is what somebody on the way puts in the place of what in the signed request."""

    def before_send(request: AWSPreparedRequest, **_: object) -> None:
        body = request.body or b""
        body = body.decode() if isinstance(body, bytes) else body
        if replace is not None:
            old, new = replace
            request.url, request.body = request.url.replace(old, new), body.replace(old, new).encode()
        headers = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
        }
        sent.update(method=request.method, url=request.url, headers=headers, body=body)

    client.meta.events.register("before-send", before_send)
    return lambda: client.meta.events.unregister("before-send", before_send)


def _called(client: BaseClient, call: Json) -> Json:
    method = xform_name(call["operation"])
    try:
        if call["paging"] is not None:
            pages = client.get_paginator(method).paginate(**call["params"], PaginationConfig=call["paging"])
            return {"pages": [_without_metadata(page) for page in pages]}
        output = getattr(client, method)(**call["params"])
    except ClientError as error:
        return {"error": _error(client, error)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the test is told and the next call is served
        return {"failure": f"{type(error).__name__}: {error}"}
    return {"status": output["ResponseMetadata"]["HTTPStatusCode"], "output": _without_metadata(output)}


def _without_metadata(output: Json) -> Json:
    return {name: value for name, value in output.items() if name != "ResponseMetadata"}


def _error(client: BaseClient, error: ClientError) -> Json:
    """`modelled`: a client catches it as client.exceptions.<code>."""
    code = error.response["Error"]["Code"]
    known = {shape.name for shape in client.meta.service_model.error_shapes}
    metadata = error.response["ResponseMetadata"]
    return {
        "code": code,
        "modelled": code in known and isinstance(error, getattr(client.exceptions, code)),
        "message": error.response["Error"]["Message"],
        "status": metadata["HTTPStatusCode"],
        "request_id": metadata.get("RequestId"),
        "members": {k: v for k, v in error.response.items() if k not in {"Error", "ResponseMetadata"}},
    }


def _decode(value: Json) -> Json | datetime:
    return datetime.fromisoformat(value["time"]) if set(value) == {"time"} else value


def _encode(value: datetime) -> Json:
    return {"time": value.astimezone(UTC).isoformat()}


def main() -> None:
    botocore.auth.datetime = SimpleNamespace(datetime=WorkersClock)
    worker = Worker()
    for line in sys.stdin:
        answer = worker.answer(json.loads(line, object_hook=_decode))
        sys.stdout.write(json.dumps(answer, default=_encode) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
