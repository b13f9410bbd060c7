"""Pages far down a large fleet, without walking there: cursors as the gateway itself would have given them out."""

import json
from dataclasses import dataclass

from gateway.app.keys import derived_key
from gateway.model.filter import DeviceFilter
from gateway.model.query import Position
from gateway.model.seal import Sealer
from gateway.settings.settings import Settings
from gateway.sources.fleet import ALL_SOURCES, Fleet
from gateway.sources.listing import Place
from gateway.sources.wire_pages import RawPage
from tests.bench.fleets import BUTTONS, ONE_CLICK, button_id
from tests.bench.operations import PAGE_SIZE, Operation, page, page_before


@dataclass(frozen=True, slots=True)
class Deep:
    """An operation that must answer with the 50 buttons from that place of the list on."""

    operation: Operation
    depth: int

    def is_answered_by(self, body: bytes) -> bool:
        devices = json.loads(body)["data"]["devices"]["nodes"]
        return [device["name"] for device in devices] == [
            f"Button {number}" for number in range(self.depth, self.depth + PAGE_SIZE)
        ]


def forwards_in_process(settings: Settings, depth: int) -> Deep:
    after = _cursor(settings, _keyset_place(depth - 1)) if depth else None
    return Deep(page(f"page at {depth:,}", after), depth)


def backwards_in_process(settings: Settings, depth: int) -> Deep:
    """The same page, read from its end."""
    before = _cursor(settings, _keyset_place(depth + PAGE_SIZE))
    return Deep(page_before(f"page at {depth:,}, backwards", before), depth)


def forwards_over_http(settings: Settings, depth: int) -> Deep:
    after = _cursor(settings, _wire_place(settings, depth - 1)) if depth else None
    return Deep(page(f"page at {depth:,}", after), depth)


def _cursor(settings: Settings, place: Place) -> str:
    sealer = Sealer(derived_key(settings, "cursors"))
    purpose = Fleet({}, sealer).devices(ALL_SOURCES, DeviceFilter(), ()).purpose.text
    return sealer.seal(purpose, [BUTTONS, place])


def _keyset_place(number: int) -> Place:
    return Position((), (button_id(number),))


def _wire_place(settings: Settings, number: int) -> Place:
    """The last item of a page of the service's, whose NextToken goes on behind it."""
    purpose = json.dumps(["ListDevices", ONE_CLICK.account, ONE_CLICK.region, None])
    token = Sealer(derived_key(settings, "next tokens")).seal(purpose, [button_id(number)])
    return RawPage(None, (number,), (button_id(number),), token).places((0,), reverse=False)[0]
