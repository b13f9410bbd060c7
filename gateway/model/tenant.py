from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose devices: one AWS account in one region. Nothing of one tenant is visible to another."""

    account: str
    region: str
