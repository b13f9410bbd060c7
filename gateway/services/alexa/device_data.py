"""Devices as the wire has them: `Device` of GetDevice and `DeviceData` of SearchDevices."""

from collections.abc import Mapping
from typing import Any

from gateway.store.alexa_devices import StoredAlexaDevice
from gateway.store.times import time_of


def device(stored: StoredAlexaDevice) -> dict[str, Any]:
    profile = present({"NetworkProfileArn": stored.network_profile_arn})
    return present({**_common(stored), "NetworkProfileInfo": profile or None})


def device_data(stored: StoredAlexaDevice) -> dict[str, Any]:
    return present(
        {
            **_common(stored),
            "NetworkProfileArn": stored.network_profile_arn,
            "NetworkProfileName": stored.network_profile_name,
            "RoomName": stored.room_name,
            "CreatedTime": None if stored.created_at is None else time_of(stored.created_at),
        }
    )


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are there."""
    return {name: value for name, value in members.items() if value is not None}


def _common(stored: StoredAlexaDevice) -> dict[str, Any]:
    return {
        "DeviceArn": stored.arn,
        "DeviceSerialNumber": stored.serial_number,
        "DeviceType": stored.type,
        "DeviceName": stored.name,
        "SoftwareVersion": stored.software_version,
        "MacAddress": stored.mac_address,
        "RoomArn": stored.room_arn,
        "DeviceStatus": stored.status,
        "DeviceStatusInfo": _status_info(stored) or None,
    }


def _status_info(stored: StoredAlexaDevice) -> dict[str, Any]:
    updated_at = stored.connection_status_updated_at
    status_details = [present({"Feature": detail.feature, "Code": detail.code}) for detail in stored.status_details]
    return present(
        {
            "DeviceStatusDetails": status_details or None,
            "ConnectionStatus": stored.connection_status,
            "ConnectionStatusUpdatedTime": None if updated_at is None else time_of(updated_at),
        }
    )
