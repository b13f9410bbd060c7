from gateway.model.device import Device, OneClickDevice
from gateway.model.event import DeviceEvent
from gateway.sources.alexa_answers import event as alexa_event
from gateway.sources.events import utc
from gateway.sources.one_click_events import click_event
from gateway.store.changes import LoggedEvent


def event_of(device: Device, logged: LoggedEvent) -> DeviceEvent:
    """An event of the log, as a list of the device's events shows it."""
    if isinstance(device, OneClickDevice):
        of = {"Attributes": {}, "DeviceId": device.device_id, "Type": device.type}
        return click_event(device, {"Device": of, "StdEvent": logged.body})
    return alexa_event(device, {"Type": logged.type, "Value": logged.value, "Timestamp": utc(logged.time)})
