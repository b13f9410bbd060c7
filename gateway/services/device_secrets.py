"""A device's own secret: made here, shown once, kept as a hash."""

import hashlib
import hmac
import secrets

from msgspec import Struct

from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.ingest import UnknownDeviceError
from gateway.store.device_secrets import button_secret, echo_secrets, set_button_secret, set_echo_secret


class Echo(Struct, frozen=True):
    """A device of Alexa for Business, whoever's it is."""

    tenant: Tenant
    arn: str


async def issue_button_secret(context: ServiceContext, device_id: str) -> str:
    """Make a new secret, which ends the former one; raise UnknownDeviceError where there is no such device."""
    secret = secrets.token_urlsafe(32)
    if not await context.database.write(lambda connection: set_button_secret(connection, device_id, _hash(secret))):
        raise UnknownDeviceError(device_id)
    return secret


async def issue_echo_secret(context: ServiceContext, tenant: Tenant, arn: str) -> str:
    """As `issue_button_secret`, for a device of Alexa for Business."""
    secret = secrets.token_urlsafe(32)
    if not await context.database.write(lambda connection: set_echo_secret(connection, tenant, arn, _hash(secret))):
        raise UnknownDeviceError(arn)
    return secret


async def is_button(context: ServiceContext, device_id: str, secret: str) -> bool:
    """Whether the secret is the button's own."""
    stored = await context.database.read(lambda connection: button_secret(connection, device_id))
    return _is_of(secret, stored)


async def find_echo(context: ServiceContext, serial_number: str, secret: str) -> Echo | None:
    """The device of that serial number whose secret it is."""
    found = await context.database.read(lambda connection: echo_secrets(connection, serial_number))
    return next((Echo(one.tenant, one.arn) for one in found if _is_of(secret, one.hash)), None)


def _hash(secret: str) -> bytes:
    # A plain hash is enough for 32 random bytes: nobody can try them all.
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def _is_of(secret: str, stored: bytes | None) -> bool:
    # Where none was issued, a hash that no secret has takes as long to refuse as a wrong one.
    return hmac.compare_digest(_hash(secret), stored or bytes(hashlib.sha256().digest_size))
