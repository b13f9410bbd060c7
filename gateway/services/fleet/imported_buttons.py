"""Devices of 1-Click from a file: read without the store, then written into it."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.fleet.answers import Item
from gateway.services.fleet.counts import Counts
from gateway.services.fleet.documents import Place, Problem, WrongFile
from gateway.services.fleet.members import checked
from gateway.services.one_click.life import fraction
from gateway.services.one_click.tags import MAX_TAGS, check_tags
from gateway.store.changes import Change, ChangeKind
from gateway.store.one_click_fleets import (
    Button,
    KnownButton,
    claim_buttons,
    insert_buttons,
    known_buttons,
    update_buttons,
)
from gateway.wire.errors import ServiceError
from gateway.wire.service import Shape

DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
ARN = re.compile(r"arn:[a-z0-9-]{1,63}:iot1click:[a-z0-9-]{0,63}:[0-9]{0,63}:devices/(?P<device_id>.{1,128})")
NEEDED = ("Arn", "DeviceId", "Type")


class ToldButton(Struct, frozen=True):
    """What a file says of a device. None: nothing, so that what the store knows stays."""

    device_id: str
    arn: str
    type: str
    enabled: bool | None
    remaining_life: float | None
    attributes: Mapping[str, str] | None
    tags: Mapping[str, str] | None
    place: Place


def read_button(item: Item, shape: Shape, *, percent: bool) -> tuple[ToldButton | None, list[Problem]]:
    """`percent`: how the file tells remaining life."""
    members, problems = checked(item, shape, NEEDED)
    if problems:
        return None, problems
    life = members.get("RemainingLife")
    told = ToldButton(
        device_id=members["DeviceId"],
        arn=members["Arn"],
        type=members["Type"],
        enabled=members.get("Enabled"),
        remaining_life=fraction(life) if percent and life is not None else life,
        attributes=members.get("Attributes"),
        tags=members.get("Tags"),
        place=item.place,
    )
    problems = [Problem(item.place.within(member), text) for member, text in _wrong(told, percent=percent)]
    return (None, problems) if problems else (told, [])


def write_buttons(
    connection: Connection, tenant: Tenant, told: Sequence[ToldButton], now: int
) -> tuple[Counts, list[Change]]:
    """Make the tenant's devices what is told of them; return what is to be logged. Raise WrongFile."""
    latest = _latest(told)
    known = known_buttons(connection, latest)
    problems = [problem for one in latest.values() for problem in _conflicts(one, tenant, known.get(one.device_id))]
    if problems:
        raise WrongFile(problems)
    merged = {device_id: _merged(one, known.get(device_id)) for device_id, one in latest.items()}
    new = [button for device_id, button in merged.items() if device_id not in known]
    unowned = [button for device_id, button in merged.items() if device_id in known and known[device_id].button is None]
    changed = [
        button
        for device_id, button in merged.items()
        if device_id in known and known[device_id].button not in (None, button)
    ]
    insert_buttons(connection, tenant, new, [now] * len(new))
    claim_buttons(connection, tenant, unowned, now)
    update_buttons(connection, tenant, changed)
    log = [_change(tenant, button, ChangeKind.ADDED) for button in (*new, *unowned)]
    log += [_change(tenant, button, ChangeKind.CHANGED) for button in changed]
    added = len(new) + len(unowned)
    return Counts(added, len(changed), len(merged) - added - len(changed)), log


def _wrong(told: ToldButton, *, percent: bool) -> list[tuple[str, str]]:
    """Members, and what is wrong with them beyond the model, which gives these no limits."""
    found = []
    if not DEVICE_ID.fullmatch(told.device_id):
        found.append(("DeviceId", f"{told.device_id!r} is no device id"))
    arn = ARN.fullmatch(told.arn)
    if arn is None or arn["device_id"] != told.device_id:
        found.append(("Arn", f"{told.arn!r} is not the ARN of device {told.device_id!r}"))
    if told.remaining_life is not None and not 0 <= told.remaining_life <= 1:
        hint = "" if percent else "; was it told in percent? Then import with --remaining-life percent"
        found.append(("RemainingLife", f"a fraction of life is from 0 to 1{hint}"))
    try:
        check_tags(told.tags or {})
    except ServiceError as refusal:
        found.append(("Tags", refusal.message))
    if len(told.tags or {}) > MAX_TAGS:
        found.append(("Tags", f"A device has at most {MAX_TAGS} tags"))
    return found


def _latest(told: Sequence[ToldButton]) -> dict[str, ToldButton]:
    """Each device once: of two pages that tell of it the later one is right. Raise WrongFile where ARNs differ."""
    found: dict[str, ToldButton] = {}
    for one in told:
        before = found.get(one.device_id)
        if before is not None and before.arn != one.arn:
            raise WrongFile([Problem(one.place.within("Arn"), f"the file told of this device as {before.arn} before")])
        found[one.device_id] = one
    return found


def _conflicts(told: ToldButton, tenant: Tenant, known: KnownButton | None) -> list[Problem]:
    if known is None or known.button is None:
        return []
    if known.owner != tenant:
        owner = known.owner
        return [
            Problem(
                told.place.within("DeviceId"),
                f"account {owner and owner.account} in {owner and owner.region} has this device already",
            )
        ]
    if known.button.arn != told.arn:
        return [Problem(told.place.within("Arn"), f"the store knows this device as {known.button.arn}")]
    return []


def _merged(told: ToldButton, known: KnownButton | None) -> Button:
    before = None if known is None else known.button
    defaults = before or Button("", "", "", enabled=False, remaining_life=1.0, attributes={}, tags={})
    return Button(
        device_id=told.device_id,
        arn=told.arn,
        type=told.type,
        enabled=defaults.enabled if told.enabled is None else told.enabled,
        remaining_life=float(defaults.remaining_life if told.remaining_life is None else told.remaining_life),
        attributes=dict(defaults.attributes if told.attributes is None else told.attributes),
        tags=dict(defaults.tags if told.tags is None else told.tags),
    )


def _change(tenant: Tenant, button: Button, kind: ChangeKind) -> Change:
    return Change(tenant, DeviceService.ONE_CLICK, button.device_id, kind)
