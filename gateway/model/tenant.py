from msgspec import Struct


class Tenant(Struct, frozen=True):
    """Whose devices: one AWS account in one region. Nothing of one tenant is visible to another."""

    account: str
    region: str
