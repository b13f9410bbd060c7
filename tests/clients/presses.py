"""A button that is pressed while clients of streams look, and the cursor that they begin after."""

import json
import subprocess
from dataclasses import dataclass

import httpx

from tests.clients.frontend import ClientPage, Frontend
from tests.clients.server_process import GATEWAY, environment

BUTTON = '{ devices(filter: { nameContains: "Front door" }) { nodes { id ... on OneClickDevice { deviceId } } } }'
EVENTS = "subscription ($ids: [ID!]) { deviceEvents(ids: $ids) { cursor } }"


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
