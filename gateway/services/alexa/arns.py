"""ARNs as Alexa for Business wrote them: the account's organization in a region, then what is its own."""

import hashlib
import secrets

from gateway.model.tenant import Tenant

HASH_CHARACTERS = 32


def organization(tenant: Tenant) -> str:
    """The same for the life of the account in that region."""
    return hashlib.sha256(f"a4b/{tenant.account}/{tenant.region}".encode()).hexdigest()[:HASH_CHARACTERS]


def device_arn(tenant: Tenant, serial_number: str, device_type: str) -> str:
    return _arn(tenant, "device", f"{serial_number}:{device_type}")


def room_arn(tenant: Tenant, own: str) -> str:
    return _arn(tenant, "room", own)


def user_arn(tenant: Tenant, own: str) -> str:
    return _arn(tenant, "user", own)


def new_room_arn(tenant: Tenant) -> str:
    return room_arn(tenant, secrets.token_hex(HASH_CHARACTERS // 2))


def new_user_arn(tenant: Tenant) -> str:
    return user_arn(tenant, secrets.token_hex(HASH_CHARACTERS // 2))


def _arn(tenant: Tenant, noun: str, own: str) -> str:
    return f"arn:aws:a4b:{tenant.region}:{tenant.account}:{noun}/{organization(tenant)}/{own}"
