from enum import StrEnum

from msgspec import Struct

from gateway.model.ids import NodeKind, encoded_id


class EnrollmentStatus(StrEnum):
    """UNKNOWN stands for a word that this version does not know."""

    INITIALIZED = "INITIALIZED"
    PENDING = "PENDING"
    REGISTERED = "REGISTERED"
    DISASSOCIATING = "DISASSOCIATING"
    DEREGISTERING = "DEREGISTERING"
    UNKNOWN = "UNKNOWN"


class User(Struct, frozen=True):
    """A user of Alexa for Business (seed: SearchUsers); `arn` is the key within the source."""

    source: str
    arn: str
    first_name: str | None
    last_name: str | None
    email: str | None
    enrollment_status: EnrollmentStatus | None
    enrollment_id: str | None

    @property
    def key(self) -> str:
        return self.arn

    @property
    def id(self) -> str:
        return encoded_id(NodeKind.USER, self.source, self.arn)
