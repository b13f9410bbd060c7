from enum import StrEnum


class DeviceService(StrEnum):
    """The two AWS services; the values are the names in settings."""

    ONE_CLICK = "one-click"
    ALEXA_FOR_BUSINESS = "alexa-for-business"
