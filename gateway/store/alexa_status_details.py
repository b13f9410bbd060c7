from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from gateway.model.device import AlexaDeviceStatusDetail
from gateway.model.tenant import Tenant
from gateway.store.tables import alexa_status_details as details


def status_details_of(
    connection: Connection, tenant: Tenant, arns: Sequence[str]
) -> dict[str, list[AlexaDeviceStatusDetail]]:
    statement = select(details.c.arn, details.c.code, details.c.feature).where(
        details.c.account == tenant.account, details.c.region == tenant.region, details.c.arn.in_(arns)
    )
    found: dict[str, list[AlexaDeviceStatusDetail]] = {}
    for arn, code, feature in connection.execute(statement.order_by(details.c.arn, details.c.position)):
        found.setdefault(arn, []).append(AlexaDeviceStatusDetail(code, feature))
    return found


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
