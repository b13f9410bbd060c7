"""The two services through aioboto3. AWS_DATA_PATH names their models, which botocore no longer brings along."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aioboto3
from aiobotocore.config import AioConfig

PERIOD = timedelta(days=30)
PAGE = 50
CONNECTIONS = 64

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upstream:
    one_click: Any
    alexa: Any

    async def devices(self, first: int) -> tuple[list[Item], list[Item]]:
        """Devices of both services: all pages that it takes."""
        buttons, echoes = await asyncio.gather(
            _read(self.one_click.list_devices, first), _read(self.alexa.search_devices, first)
        )
        return buttons, echoes[: first - len(buttons)]

    async def device(self, device_id: str) -> Item | None:
        answer: Item = await self.one_click.describe_device(DeviceId=device_id)
        return answer.get("DeviceDescription")

    async def clicks(self, device_ids: Sequence[str]) -> list[list[Item]]:
        now = datetime.now(UTC)
        answers = await asyncio.gather(
            *(
                self.one_click.list_device_events(DeviceId=one, FromTimeStamp=now - PERIOD, ToTimeStamp=now)
                for one in device_ids
            )
        )
        return [list(reversed(answer["Events"])) for answer in answers]

    async def connections(self, arns: Sequence[str]) -> list[list[Item]]:
        answers = await asyncio.gather(*(self.alexa.list_device_events(DeviceArn=arn, MaxResults=PAGE) for arn in arns))
        return [answer["DeviceEvents"] for answer in answers]


async def _read(operation: Any, first: int) -> list[Item]:  # noqa: ANN401  # aioboto3 has no types
    items: list[Item] = []
    follow: Item = {}
    while len(items) < first:
        answer = await operation(MaxResults=min(PAGE, first - len(items)), **follow)
        items += answer["Devices"]
        if not answer.get("NextToken"):
            break
        follow = {"NextToken": answer["NextToken"]}
    return items


@asynccontextmanager
async def open_upstream() -> AsyncIterator[Upstream]:
    session, config = aioboto3.Session(), AioConfig(max_pool_connections=CONNECTIONS)
    async with AsyncExitStack() as stack:
        one_click = await stack.enter_async_context(
            session.client(
                "iot1click-devices", region_name="us-west-2", endpoint_url=os.environ["ONE_CLICK_URL"], config=config
            )
        )
        alexa = await stack.enter_async_context(
            session.client(
                "alexaforbusiness", region_name="us-east-1", endpoint_url=os.environ["ALEXA_URL"], config=config
            )
        )
        yield Upstream(one_click, alexa)
