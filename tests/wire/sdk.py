"""Asks the SDK oracle, in a process of its own, from a test."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from gateway.wire.message import Request, Response
from gateway.wire.service import SPECS

_ORACLE = Path(__file__).parent / "oracle.py"
OFFICIAL_PYTHON = Path(__file__).parents[1] / "sdk" / ".venv" / "bin" / "python"
ACCESS_KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@dataclass(frozen=True)
class Sdk:
    process: subprocess.Popen[str]

    @classmethod
    def official(cls) -> Self:
        """Start the last official SDK that knows both services, with its own models."""
        assert OFFICIAL_PYTHON.exists(), f"Make the SDK's environment first: {OFFICIAL_PYTHON} is missing"
        return cls._start(OFFICIAL_PYTHON, {})

    @classmethod
    def with_our_models(cls) -> Self:
        """Start the gateway's own SDK, which knows the services from our models only."""
        return cls._start(Path(sys.executable), {"AWS_DATA_PATH": str(SPECS)})

    @classmethod
    def _start(cls, python: Path, environment: Mapping[str, str]) -> Self:
        process = subprocess.Popen(
            [python, "-W", "ignore", _ORACLE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", **environment},
        )
        return cls(process)

    def close(self) -> None:
        self.process.communicate(timeout=10)

    def call(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        response: Response | None = None,
        endpoint: str = "http://127.0.0.1:9/prefix",
        access_key_id: str = ACCESS_KEY_ID,
        secret: str = SECRET,
    ) -> dict[str, Any]:
        """Make a call; with a `response` it stays in the SDK, else it goes to the endpoint."""
        call: dict[str, Any] = {
            "service": service,
            "operation": operation,
            "params": params,
            "endpoint": endpoint,
            "access_key_id": access_key_id,
            "secret": secret,
        }
        if response is not None:
            call["response"] = {
                "status": response.status,
                "headers": response.headers,
                "body": response.body.decode(),
            }
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(call, default=_encode) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline(), object_hook=_decode)
        return answer


def request_of(sent: Mapping[str, Any], prefix: str = "/prefix") -> Request:
    """Read what an SDK sent as a server would get it."""
    url = urlsplit(sent["url"])
    headers = tuple((name, value) for name, value in sent["headers"])
    if not any(name == "host" for name, _ in headers):
        headers = (("host", url.netloc), *headers)
    return Request(
        method=sent["method"],
        raw_path=url.path,
        path=url.path.removeprefix(prefix),
        query=url.query,
        headers=headers,
        body=sent["body"].encode(),
    )


def _encode(value: object) -> object:
    assert isinstance(value, datetime)
    return {"time": value.isoformat()}


def _decode(value: dict[str, Any]) -> object:
    return datetime.fromisoformat(value["time"]) if set(value) == {"time"} else value
