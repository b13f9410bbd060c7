"""A button that is pressed while clients of streams look, and the cursor that they begin after."""

import json
import subprocess
import time
from dataclasses import dataclass

import httpx

from tests.clients.frontend import ClientPage, Frontend
from tests.clients.server_process import GATEWAY, environment

BUTTON = '{ devices(filter: { nameContains: "Front door" }) { nodes { id ... on OneClickDevice { deviceId } } } }'
EVENTS = "subscription ($ids: [ID!]) { deviceEvents(ids: $ids) { cursor } }"

PATIENCE = 15.0


@dataclass(frozen=True)
class Button:
    frontend: Frontend
    id: str
    device_id: str
    secret: str

    def press(self, *clicks: str) -> None:
        for click in clicks:
            httpx.post(
                f"{self.frontend.gateway}/ingest/one-click/{self.device_id}/events",
                json={"clickType": click},
                headers={"authorization": f"Bearer {self.secret}"},
            ).raise_for_status()

    def variables(self) -> dict[str, object]:
        """Those of a subscription to what happens to it from now on, for whoever comes for it however late.

        The cursor is that of a press made on purpose; a stream is open as soon as its response has begun.
        """
        body = {"query": EVENTS, "variables": {"ids": [self.id]}}
        headers = {"accept": "text/event-stream"}
        with httpx.stream("POST", self.frontend.graphql, json=body, headers=headers, timeout=20) as answer:
            self.press("SINGLE")
            told = next(line for line in answer.iter_lines() if line.startswith("data: "))
        cursor = json.loads(told.removeprefix("data: "))["data"]["deviceEvents"]["cursor"]
        return {"ids": [self.id], "after": cursor}


def followed(client: ClientPage, button: Button, *, socket: bool) -> tuple[list[object], list[object]]:
    """What a page hears that begins after a cursor: what it had missed, then all of it; and then it leaves."""
    variables = button.variables()
    button.press("DOUBLE", "LONG")
    client.call("follow", button.frontend.graphql, variables, 3, socket)
    missed = heard(client, 2)
    button.press("SINGLE")
    everything = heard(client, 3)
    nobody_follows(button.frontend)
    return missed, everything


def nobody_follows(frontend: Frontend) -> None:
    """Wait until the gateway has no stream open any more."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        told = httpx.get(f"{frontend.gateway}/metrics").text.splitlines()
        if not sum(float(line.split()[-1]) for line in told if line.startswith("gateway_live_streams{")):
            return
        time.sleep(0.01)
    raise TimeoutError


def button_of(frontend: Frontend) -> Button:
    [device] = frontend.ask(BUTTON)["devices"]["nodes"]
    command = [*GATEWAY, "fleet", "secret", "--data", frontend.data, device["deviceId"]]
    secret = subprocess.run(command, env=environment({}), capture_output=True, text=True, check=True).stdout.strip()
    return Button(frontend, device["id"], device["deviceId"], secret)


def heard(client: ClientPage, count: int) -> list[object]:
    """What a page has heard, once it is so much."""
    client.page.wait_for_function("count => client.heard.length >= count", arg=count)
    told: list[object] = client.page.evaluate("client.heard")
    return told
