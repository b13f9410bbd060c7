"""A whole gateway on a real socket, in a thread of its own, and the makers of its devices."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from gateway.app.gateway import open_gateway
from gateway.app.keys import encryption_key
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.ingest import ClickType, report_click
from gateway.settings.settings import Settings
from gateway.store.accounts import AccessKey, add_access_key, add_account
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import register_device
from gateway.store.tables import metadata
from tests.clients.boto3_process import Boto3, Client
from tests.http.serving import serving

Result = TypeVar("Result")


@dataclass(frozen=True)
class Site:
    """`url` has no slash at its end; `numbers` are for whatever must be unique."""

    url: str
    boto3: Boto3
    context: ServiceContext
    encryption_key: bytes
    loop: asyncio.AbstractEventLoop
    closing: asyncio.Event
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run it where the gateway runs."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def settle(self) -> None:
        """Wait until the server has logged what it answered, so that it is captured with the test that asked."""
        self.run(asyncio.sleep(0))

    def call(
        self,
        client: Client,
        operation: str,
        params: Mapping[str, Any],
        **options: Any,  # noqa: ANN401 - of any type
    ) -> dict[str, Any]:
        answer = self.boto3.call(client, operation, params, **options)
        self.settle()
        return answer

    def access_key(self, *, demo: bool = False) -> AccessKey:
        """The key of a new account."""
        number = f"{next(self.numbers):012}"

        def write(connection: Connection) -> AccessKey:
            add_account(connection, number, 0)
            return add_access_key(connection, self.encryption_key, number, demo=demo, now=0)

        return self.run(self.context.database.write(write))

    def button(self, code: str | None = None, kind: str = "button") -> str:
        """Manufacture a device of 1-Click, perhaps to be claimed by a code; return its id."""
        device_id = f"G030PM{next(self.numbers):010}"
        self.run(self.context.database.write(lambda connection: register_device(connection, device_id, kind, code)))
        return device_id

    def claim_code(self) -> str:
        code = f"C-{next(self.numbers):010}"
        self.run(self.context.database.write(lambda connection: add_claim_code(connection, code, 0)))
        return code

    def press(self, device_id: str, click: ClickType = ClickType.SINGLE) -> None:
        self.run(report_click(self.context, device_id, click))

    def echo(self, tenant: Tenant, device: NewAlexaDevice) -> None:
        assert self.run(self.context.database.write(lambda connection: add_device(connection, tenant, device, 0)))

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the store."""

        def read(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
            return {
                table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
                for table in metadata.sorted_tables
            }

        return self.run(self.context.database.read(read))


@contextmanager
def open_site(data: Path, boto3: Boto3) -> Iterator[Site]:
    opened: Future[Site] = Future()
    thread = threading.Thread(target=asyncio.run, args=[_serve(data, boto3, opened)])
    thread.start()
    site = opened.result(10)
    yield site
    site.loop.call_soon_threadsafe(site.closing.set)
    thread.join(10)


async def _serve(data: Path, boto3: Boto3, opened: Future[Site]) -> None:
    settings, closing = Settings(data=data), asyncio.Event()
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        assert gateway.services
        context = gateway.services.one_click.context
        url = str(client.base_url).rstrip("/")
        opened.set_result(Site(url, boto3, context, encryption_key(settings), asyncio.get_running_loop(), closing))
        await closing.wait()
