"""What the two major versions of the AWS command line print."""

import json
from collections.abc import Mapping
from typing import Any

BUTTON_ARN = "arn:aws:iot1click:us-west-2:111122223333:devices/G030PX0312744DWM"
BUTTON = {
    "Arn": BUTTON_ARN,
    "Attributes": {"placementName": "Müllers Büro"},
    "DeviceId": "G030PX0312744DWM",
    "Enabled": True,
    "RemainingLife": 0.998,
    "Type": "button",
    "Tags": {"Name": "Front desk", "floor": "2"},
}
ORGANIZATION = "0123456789abcdef0123456789abcdef"
ROOM_ARN = f"arn:aws:a4b:us-east-1:111122223333:room/{ORGANIZATION}/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
ECHO_ARN = f"arn:aws:a4b:us-east-1:111122223333:device/{ORGANIZATION}/G090LF0964950001:A2M35JJZWCQOMZ"
ECHO = {
    "DeviceArn": ECHO_ARN,
    "DeviceSerialNumber": "G090LF0964950001",
    "DeviceType": "A2M35JJZWCQOMZ",
    "DeviceName": "Küche Echo",
    "SoftwareVersion": "8960323972",
    "MacAddress": "74:C2:46:00:00:01",
    "DeviceStatus": "WAS_OFFLINE",
    "NetworkProfileArn": "arn:aws:a4b:us-east-1:111122223333:network-profile/x/y",
    "NetworkProfileName": "Büro",
    "RoomArn": ROOM_ARN,
    "RoomName": "Küche",
    "DeviceStatusInfo": {
        "DeviceStatusDetails": [{"Feature": "SETTINGS", "Code": "DEVICE_WAS_OFFLINE"}],
        "ConnectionStatus": "OFFLINE",
        "ConnectionStatusUpdatedTime": "2024-05-16T08:30:00.250000+00:00",
    },
    "CreatedTime": "2023-01-02T03:04:05+00:00",
}
USER_ARN = f"arn:aws:a4b:us-east-1:111122223333:user/{ORGANIZATION}/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
USER = {
    "UserArn": USER_ARN,
    "FirstName": "Zoë",
    "LastName": "O'Brien",
    "Email": "zoe@example.com",
    "EnrollmentStatus": "PENDING",
    "EnrollmentId": "cccc",
}


def button(number: int, **members: object) -> dict[str, Any]:
    device_id = f"G030PM{number:010}"
    arn = f"arn:aws:iot1click:us-west-2:111122223333:devices/{device_id}"
    return {"Arn": arn, "DeviceId": device_id, "Type": "button", **members}


def echo(number: int, **members: object) -> dict[str, Any]:
    serial = f"G090LF{number:04}"
    arn = f"arn:aws:a4b:us-east-1:111122223333:device/{ORGANIZATION}/{serial}:A2M35JJZWCQOMZ"
    return {"DeviceArn": arn, "DeviceSerialNumber": serial, "DeviceType": "A2M35JJZWCQOMZ", **members}


def user(number: int, **members: object) -> dict[str, Any]:
    return {"UserArn": f"arn:aws:a4b:us-east-1:111122223333:user/{ORGANIZATION}/{number:032}", **members}


def in_room(number: int, name: str) -> dict[str, str]:
    return {"RoomArn": f"arn:aws:a4b:us-east-1:111122223333:room/{ORGANIZATION}/{number:032}", "RoomName": name}


def printed(name: str, *items: Mapping[str, Any], **members: object) -> bytes:
    """A page as the second version of the command line prints it."""
    return (json.dumps({name: items, **members}, indent=4, ensure_ascii=False) + "\n").encode()
