"""An AWS SDK as an oracle: reads calls as JSON lines, answers what botocore sent and how it read the answer.

Run by the interpreter whose botocore is asked. A line is a service, an operation, its parameters, and either the
response that the service gives (nothing then leaves the process) or a real endpoint. Times are {"time": ISO 8601}.
"""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeAlias

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

Json: TypeAlias = dict[str, Any]
_CONFIG = Config(retries={"total_max_attempts": 1})


class Raw:
    """A response's body, as botocore reads it from a connection."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self) -> Iterator[bytes]:
        yield self.body


class Oracle:
    def __init__(self) -> None:
        self.session = Session()
        self.clients: dict[tuple[str, ...], BaseClient] = {}

    def answer(self, call: Json) -> Json:
        client = self._client(call)
        sent: Json = {}
        unregister = _watch(client, call.get("response"), sent)
        try:
            return {"request": sent, **_called(client, call)}
        finally:
            unregister()

    def _client(self, call: Json) -> BaseClient:
        key = (call["service"], call["endpoint"], call["access_key_id"], call["secret"])
        if key not in self.clients:
            self.clients[key] = self.session.create_client(
                call["service"],
                region_name="us-west-2",
                endpoint_url=call["endpoint"],
                aws_access_key_id=call["access_key_id"],
                aws_secret_access_key=call["secret"],
                config=_CONFIG,
            )
        return self.clients[key]


def _watch(client: BaseClient, response: Json | None, sent: Json) -> Callable[[], None]:
    def before_send(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        body = request.body or b""
        sent.update(
            method=request.method,
            url=request.url,
            headers=[[k.lower(), v.decode() if isinstance(v, bytes) else v] for k, v in request.headers.items()],
            body=body.decode() if isinstance(body, bytes) else body,
        )
        if response is None:
            return None
        return AWSResponse(request.url, response["status"], dict(response["headers"]), Raw(response["body"].encode()))

    client.meta.events.register("before-send", before_send)
    return lambda: client.meta.events.unregister("before-send", before_send)


def _called(client: BaseClient, call: Json) -> Json:
    try:
        output = client._make_api_call(call["operation"], call["params"])
    except ClientError as error:
        return {"error": _error(client, error)}
    except BotoCoreError as error:
        return {"refused": str(error)}
    metadata = output.pop("ResponseMetadata")
    return {"output": output, "status": metadata["HTTPStatusCode"], "request_id": metadata.get("RequestId")}


def _error(client: BaseClient, error: ClientError) -> Json:
    code = error.response["Error"]["Code"]
    metadata = error.response["ResponseMetadata"]
    known = any(shape.error_code == code for shape in client.meta.service_model.error_shapes)
    return {
        "code": code,
        "message": error.response["Error"]["Message"],
        "status": metadata["HTTPStatusCode"],
        "request_id": metadata.get("RequestId"),
        "modelled": known and type(error) is getattr(client.exceptions, code),
        "members": {k: v for k, v in error.response.items() if k not in {"Error", "ResponseMetadata"}},
    }


def _decode(value: Json) -> Json | datetime:
    return datetime.fromisoformat(value["time"]) if set(value) == {"time"} else value


def _encode(value: datetime) -> Json:
    return {"time": value.astimezone(UTC).isoformat()}


def main() -> None:
    oracle = Oracle()
    for line in sys.stdin:
        answer = oracle.answer(json.loads(line, object_hook=_decode))
        sys.stdout.write(json.dumps(answer, default=_encode) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
