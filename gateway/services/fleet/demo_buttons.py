"""The demo fleet's buttons, and what they did in the time that events are kept."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from msgspec import Struct

from gateway.model.tenant import Tenant
from gateway.services.fleet.demo_names import ELSEWHERE, FLOORS, FRONT_DOOR, ON_EVERY_FLOOR, Purpose
from gateway.services.fleet.demo_rhythm import times
from gateway.services.ingest import ClickType, std_event
from gateway.services.one_click.life import CLICK, DECIMALS
from gateway.store.events import StoredEvent
from gateway.store.one_click_devices import arn_of
from gateway.store.one_click_fleets import Button
from gateway.store.times import milliseconds

BUTTON = "button"
CLICK_TYPES = (ClickType.SINGLE, ClickType.DOUBLE, ClickType.LONG)
CLICK_SHARES = (0.8, 0.14, 0.06)
ENABLED_SHARE = 0.85
CLAIMED_DAYS_AGO = (3, 9, 45, 120, 200, 400)
DISABLED_DAYS_AGO = (4, 11, 100)
LONG_AGO = 500
LIVES = (1, 0.97, 0.9, 0.8, 0.65, 0.5, 0.3, 0.15, 0.06, 0.02)
FRESH = 0.86
UNCLAIMED = 6
DEVICES_OF_CODES = (2, 3, 2, 3)


class DemoButton(Struct, frozen=True):
    """`claimed_at` in milliseconds; `events` oldest first."""

    button: Button
    claimed_at: int
    events: tuple[StoredEvent, ...]


class BoxedButtons(Struct, frozen=True):
    """Buttons that nobody owns: without a code, and by the code on their box."""

    without_code: tuple[str, ...]
    by_code: dict[str, tuple[str, ...]]


def demo_buttons(random: Random, tenant: Tenant, now: datetime, kept: timedelta) -> list[DemoButton]:
    ids = _ids(random)
    return [
        _button(random, tenant, FRONT_DOOR if purpose.name == "Front door" else next(ids), purpose, floor, now, kept)
        for purpose, floor in _places()
    ]


def boxed_buttons(random: Random, new_code: Callable[[], str]) -> BoxedButtons:
    """Their ids are apart from those of `demo_buttons`; who knows a code may claim, so codes are not of `random`."""
    ids = _ids(random, first=5)
    without_code = tuple(next(ids) for _ in range(UNCLAIMED))
    return BoxedButtons(
        without_code, {new_code(): tuple(next(ids) for _ in range(count)) for count in DEVICES_OF_CODES}
    )


def _places() -> Iterator[tuple[Purpose, int]]:
    for purpose in ELSEWHERE:
        yield purpose, 0
    for floor in range(FLOORS):
        for purpose in ON_EVERY_FLOOR:
            yield purpose, floor


def _ids(random: Random, first: int = 4) -> Iterator[str]:
    number = first * 1_000_000_000 + random.randrange(1_000_000)
    while True:
        number += random.randrange(1, 1_000_000)
        yield f"G030PM{number:010}"


def _button(
    random: Random, tenant: Tenant, device_id: str, purpose: Purpose, floor: int, now: datetime, kept: timedelta
) -> DemoButton:
    # How many presses there are depends on the time of day; what a button is must not.
    random, presses = Random(random.getrandbits(64)), Random(random.getrandbits(64))  # noqa: S311 - nothing secret
    shown = device_id == FRONT_DOOR
    enabled = shown or random.random() < ENABLED_SHARE
    days = LONG_AGO if shown else random.choice(CLAIMED_DAYS_AGO)
    claimed = now - timedelta(days=days, seconds=random.randrange(40_000))
    # Whoever disabled a button did so some days ago; some were never enabled.
    until = now if enabled else now - timedelta(days=random.choice(DISABLED_DAYS_AGO))
    pressed = times(presses, max(claimed, now - kept + timedelta(minutes=1)), until, purpose.clicks)
    life = FRESH if shown else round(random.choice(LIVES) * random.uniform(0.9, 1), 4)
    button = Button(
        device_id=device_id,
        arn=arn_of(tenant, device_id),
        type=BUTTON,
        enabled=enabled,
        remaining_life=life,
        attributes={},
        tags=_tags(purpose, floor),
    )
    return DemoButton(button, milliseconds(claimed), _clicks(random, button, pressed))


def _tags(purpose: Purpose, floor: int) -> dict[str, str]:
    name = f"{purpose.name}, floor {floor}" if purpose in ON_EVERY_FLOOR else purpose.name
    tags = {"Name": name, "floor": str(floor), "team": purpose.team}
    return {**tags, "criticality": "high"} if purpose.team == "Security" else tags


def _clicks(random: Random, button: Button, pressed: list[int]) -> tuple[StoredEvent, ...]:
    """The last click leaves what is left now; each one before it left a little more. Kinds are drawn newest first."""
    kinds = random.choices(CLICK_TYPES, CLICK_SHARES, k=len(pressed))
    newest_first = [
        StoredEvent(time, kind.value, "", std_event(button.device_id, kind, time, _life_before(button, clicks)))
        for clicks, (kind, time) in enumerate(zip(kinds, reversed(pressed), strict=True))
    ]
    return tuple(reversed(newest_first))


def _life_before(button: Button, clicks: int) -> float:
    return min(1.0, round(button.remaining_life + clicks * CLICK, DECIMALS))
