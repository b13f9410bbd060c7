"""The model's words as enums of the graph."""

import strawberry

from gateway.model.device import AlexaDeviceStatus, ConnectionStatus
from gateway.model.order import DeviceOrderField, UserOrderField
from gateway.model.service import DeviceService
from gateway.model.user import EnrollmentStatus

UNKNOWN = "A value that the service sends and the schema does not know becomes UNKNOWN."

strawberry.enum(ConnectionStatus, description=UNKNOWN)
strawberry.enum(AlexaDeviceStatus, description=UNKNOWN)
strawberry.enum(EnrollmentStatus, description=UNKNOWN)
strawberry.enum(DeviceService)
strawberry.enum(DeviceOrderField)
strawberry.enum(UserOrderField)

__all__ = [
    "AlexaDeviceStatus",
    "ConnectionStatus",
    "DeviceOrderField",
    "DeviceService",
    "EnrollmentStatus",
    "UserOrderField",
]
