import pytest

from gateway.sources.aws.requests import check_request, read_operations
from gateway.wire.errors import ServiceError
from gateway.wire.service import load


def test_the_operations_that_only_read() -> None:
    """Exactly these may be sent again when their answer was lost."""
    assert read_operations(load("iot1click-devices")) == {
        "DescribeDevice",
        "GetDeviceMethods",
        "ListDeviceEvents",
        "ListDevices",
        "ListTagsForResource",
    }
    assert read_operations(load("alexaforbusiness")) == {
        "GetDevice",
        "GetRoom",
        "ListDeviceEvents",
        "ListTags",
        "SearchDevices",
        "SearchRooms",
        "SearchUsers",
    }


@pytest.mark.parametrize("text", ["", ".", ".."])
@pytest.mark.parametrize(
    ("operation", "member", "code"),
    [
        ("DescribeDevice", "DeviceId", "ResourceNotFoundException"),
        ("UnclaimDevice", "DeviceId", "ResourceNotFoundException"),
        ("ListTagsForResource", "ResourceArn", "ResourceNotFoundException"),
        ("ClaimDevicesByClaimCode", "ClaimCode", "InvalidRequestException"),
    ],
)
def test_what_would_ask_for_another_path_is_never_sent(operation: str, member: str, code: str, text: str) -> None:
    """A path's part that is empty or made of dots is refused before it can lead elsewhere."""
    with pytest.raises(ServiceError) as refusal:
        check_request(load("iot1click-devices").operations[operation], {member: text})

    assert refusal.value.code == code


def test_any_other_text_may_be_a_part_of_a_path() -> None:
    """Slashes, dots within and characters beyond ASCII are encoded on their way and are no reason to refuse."""
    operation = load("iot1click-devices").operations["DescribeDevice"]

    for text in ("a/b", "...", "a..", "%2e%2e", "ü", " "):
        check_request(operation, {"DeviceId": text})
