from msgspec import Struct
from sqlalchemy import Connection, delete, select

from gateway.model.tenant import Tenant
from gateway.store.dialect import insert_or_ignore
from gateway.store.tables import client_requests as requests

KEPT_MILLISECONDS = 24 * 60 * 60 * 1000


class ClientRequest(Struct, frozen=True):
    """What a token of a client stands for: `digest` of the request that it came with, `arn` of what that made."""

    operation: str
    token: str
    digest: bytes
    arn: str


def first_request(connection: Connection, tenant: Tenant, request: ClientRequest, now: int) -> ClientRequest:
    """The request that the token came with first: this one, or one of the last 24 hours.

    A second request of the same token waits here until the first one's transaction ends.
    """
    owned = (requests.c.account == tenant.account, requests.c.region == tenant.region)
    connection.execute(delete(requests).where(*owned, requests.c.created_at <= now - KEPT_MILLISECONDS))
    statement = insert_or_ignore(connection, requests).values(
        account=tenant.account,
        region=tenant.region,
        operation=request.operation,
        token=request.token,
        arn=request.arn,
        digest=request.digest,
        created_at=now,
    )
    if connection.execute(statement).rowcount == 1:
        return request
    same = (*owned, requests.c.operation == request.operation, requests.c.token == request.token)
    digest, arn = connection.execute(select(requests.c.digest, requests.c.arn).where(*same)).one()
    return ClientRequest(request.operation, request.token, bytes(digest), arn)
