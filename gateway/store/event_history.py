from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from gateway.model.tenant import Tenant
from gateway.store.batches import insert_rows
from gateway.store.events import StoredEvent
from gateway.store.tables import events


def insert_events(connection: Connection, tenant: Tenant, history: Mapping[str, Sequence[StoredEvent]]) -> None:
    """Keep the events of devices that have none yet; whoever writes also logs.

    Raise sqlalchemy.exc.IntegrityError where one of them is there.
    """
    insert_rows(
        connection,
        events,
        (
            {
                "account": tenant.account,
                "region": tenant.region,
                "device": device,
                "time": event.time,
                "type": event.type,
                "value": event.value,
                "body": event.body,
            }
            for device, device_events in history.items()
            for event in device_events
        ),
    )
