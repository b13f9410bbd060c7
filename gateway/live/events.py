from gateway.model.device import Device, OneClickDevice
from gateway.model.event import DeviceEvent
from gateway.sources import alexa_answers, one_click_answers
from gateway.sources.answer import read
from gateway.sources.events import utc
from gateway.store.changes import LoggedEvent


def event_of(device: Device, logged: LoggedEvent) -> DeviceEvent:
    """An event of the log, as a list of the device's events shows it."""
    if isinstance(device, OneClickDevice):
        of = {"Attributes": {}, "DeviceId": device.device_id, "Type": device.type}
        told = read(device.source, one_click_answers.event, {"Device": of, "StdEvent": logged.body})
    else:
        raw = {"Type": logged.type, "Value": logged.value, "Timestamp": utc(logged.time)}
        told = read(device.source, alexa_answers.event, raw)
    return DeviceEvent(device, *told)
