"""The stub stands for the two services: what it answers is theirs, and each call is counted."""

import orjson
import pytest

from tests.bench.stub import Answers, answers_of
from tests.bench.tape import Tape


@pytest.fixture
def answers() -> Answers:
    return answers_of(
        Tape(
            buttons=[{"deviceId": f"G{number}"} for number in range(3)],
            clicks={"G0": [{"stdEvent": "{}"}]},
            echoes=[{"DeviceArn": f"arn:{number}"} for number in range(3)],
            connections={"arn:0": [{"Type": "CONNECTION_STATUS"}]},
            tags={"arn:0": [{"Key": "floor", "Value": "1"}]},
        )
    )


def ask(answers: Answers, path: str, target: str = "", **members: object) -> object:
    answer = answers.answer(f"GET {path} HTTP/1.1".encode(), target.encode(), orjson.dumps(members))
    return None if answer is None else orjson.loads(answer)


def test_pages_end_where_the_fleet_ends(answers: Answers) -> None:
    """A page brings a token as long as there is more."""
    assert ask(answers, "/one-click/devices?maxResults=2") == {
        "devices": [{"deviceId": "G0"}, {"deviceId": "G1"}],
        "nextToken": "2",
    }
    assert ask(answers, "/one-click/devices?maxResults=2&nextToken=2") == {"devices": [{"deviceId": "G2"}]}
    assert ask(answers, "/alexa-for-business", "SearchDevices", MaxResults=2, NextToken="2") == {
        "Devices": [{"DeviceArn": "arn:2"}],
        "TotalCount": 3,
    }


def test_one_device_is_asked_for_by_its_id(answers: Answers) -> None:
    """A device, its events and its tags are told by id; what is not there is not found."""
    assert ask(answers, "/one-click/devices/G1") == {"deviceDescription": {"deviceId": "G1"}}
    assert ask(answers, "/one-click/devices/G0/events?maxResults=9") == {"events": [{"stdEvent": "{}"}]}
    assert ask(answers, "/", "ListDeviceEvents", DeviceArn="arn:0") == {"DeviceEvents": [{"Type": "CONNECTION_STATUS"}]}
    assert ask(answers, "/", "ListTags", Arn="arn:0") == {"Tags": [{"Key": "floor", "Value": "1"}]}
    assert ask(answers, "/one-click/devices/G9") is None


def test_calls_are_counted_and_asking_for_their_number_is_none(answers: Answers) -> None:
    """What a request asks upstream is told exactly."""
    ask(answers, "/one-click/devices")
    ask(answers, "/one-click/devices/G1")

    assert ask(answers, "/calls") == 2
    assert ask(answers, "/calls") == 2
