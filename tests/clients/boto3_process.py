import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Self

WORKER = Path(__file__).parent / "boto3_worker.py"
PYTHON = Path(__file__).parents[1] / "sdk" / ".venv" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Client:
    """What boto3.client is told; `unchecked` turns its own check of parameters off, so that the service has to."""

    service: str
    endpoint: str
    region: str
    access_key_id: str
    secret: str
    unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Boto3:
    """A process with the last boto3 that has both services; one call at a time."""

    process: subprocess.Popen[str]
    lock: Lock = field(default_factory=Lock)

    @classmethod
    def start(cls) -> Self:
        assert PYTHON.exists(), f"Make the SDK's environment first: {PYTHON} is missing"
        environment = {"PATH": os.environ["PATH"], "HOME": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
        command = [PYTHON, "-W", "ignore", WORKER]
        return cls(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment))

    def close(self) -> None:
        self.process.communicate(timeout=10)

    def operations(self, client: Client) -> list[str]:
        """What the official model knows."""
        operations: list[str] = self._ask(_described(client))["operations"]
        return operations

    def call(
        self,
        client: Client,
        operation: str,
        params: Mapping[str, Any],
        *,
        paging: Mapping[str, Any] | None = None,
        ahead: timedelta = timedelta(),
        stopped_at: datetime | None = None,
        replace: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        """Call, or page through where `paging` is given: {output, status}, {pages}, {error} or {failure}, and {sent}.

        `ahead` and `stopped_at` put the client's clock wrong; `replace` changes the signed request on its way.
        """
        asked = {"operation": operation, "params": params, "paging": paging, "replace": replace}
        return self._ask(_described(client) | asked | {"ahead": ahead.total_seconds(), "stopped_at": stopped_at})

    def _ask(self, call: Mapping[str, Any]) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        with self.lock:
            self.process.stdin.write(json.dumps(call, default=_encode) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line, object_hook=_decode)
        return answer


def _described(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in Client.__slots__}


def _encode(value: object) -> object:
    assert isinstance(value, datetime)
    return {"time": value.isoformat()}


def _decode(value: dict[str, Any]) -> object:
    return datetime.fromisoformat(value["time"]) if set(value) == {"time"} else value
