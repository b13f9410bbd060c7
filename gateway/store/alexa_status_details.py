from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert

from gateway.model.device import AlexaDeviceStatusDetail
from gateway.model.tenant import Tenant
from gateway.store.tables import alexa_status_details as details


def insert_status_details(
    connection: Connection, tenant: Tenant, arn: str, status_details: Sequence[AlexaDeviceStatusDetail]
) -> None:
    owner = {"account": tenant.account, "region": tenant.region, "arn": arn}
    rows = [
        {**owner, "position": position, "code": detail.code, "feature": detail.feature}
        for position, detail in enumerate(status_details)
    ]
    if rows:
        connection.execute(insert(details), rows)


def delete_status_details(connection: Connection, tenant: Tenant, arn: str) -> None:
    owned = (details.c.account == tenant.account, details.c.region == tenant.region)
    connection.execute(delete(details).where(*owned, details.c.arn == arn))
