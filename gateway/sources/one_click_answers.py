"""What 1-Click answers, as model values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.model.device import DeviceMethod, OneClickDevice
from gateway.sources.answer import tags_of, text
from gateway.sources.events import Told, to_millisecond


def device(source: str, raw: Mapping[str, Any], life_unit: float) -> OneClickDevice:
    """Read a DeviceDescription; `life_unit`: the remainingLife that is told of a new device."""
    life = raw.get("RemainingLife")
    return OneClickDevice(
        source,
        text(raw["Arn"]),
        text(raw["DeviceId"]),
        text(raw["Type"]),
        raw.get("Enabled") is True,
        None if life is None else float(life) / life_unit,
        dict(raw.get("Attributes") or {}),
        tags_of(raw.get("Tags") or {}),
    )


def methods(raw: Mapping[str, Any]) -> tuple[DeviceMethod, ...]:
    return tuple([DeviceMethod(text(one["DeviceType"]), text(one["MethodName"])) for one in raw["DeviceMethods"]])


def events(raw: Mapping[str, Any]) -> list[Told]:
    """Read a page of events (ListDeviceEvents)."""
    return [event(one) for one in raw.get("Events", ())]


def event(raw: Mapping[str, Any]) -> Told:
    """Read a wire DeviceEvent; its StdEvent is a JSON object in a string (behaviour.md, Events)."""
    standard = orjson.loads(raw["StdEvent"])
    of = raw.get("Device") or {}
    kept = {
        "device": {"attributes": of.get("Attributes") or {}, "deviceId": of.get("DeviceId"), "type": of.get("Type")},
        "stdEvent": standard,
    }
    return _reported(text(standard["reportedTime"])), text(standard.get("clickType", "UNKNOWN")), "", kept


def _reported(time: str) -> datetime:
    reported = datetime.fromisoformat(time)
    return to_millisecond(reported if reported.tzinfo else reported.replace(tzinfo=UTC))
