"""What an upstream promises, held against all: straight into the embedded services, and by each road over a socket."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.model import errors
from gateway.services.ingest import ClickType, report_click
from gateway.sources.upstream import Params, Upstream
from tests.clock import Clock
from tests.contract.embedded import ALEXA, ONE_CLICK, Embedded, Upstreams, over_http

BUTTONS = tuple(f"G030PM{number:010}" for number in range(1, 8))
BUTTON = BUTTONS[0]
BUTTON_ARN = f"arn:aws:iot1click:us-west-2:123456789012:devices/{BUTTON}"
NO_BUTTON = "G030PM9999999999"
NO_ARN = "arn:aws:a4b:us-east-1:123456789012:device/0/0:0"
FROM = datetime(2024, 5, 1, tzinfo=UTC)
TO = datetime(2024, 6, 1, tzinfo=timezone(timedelta(hours=2)))
Both = tuple[Upstreams, Upstreams]


async def seed(embedded: Embedded, clock: Clock) -> dict[str, str]:
    """Make a small fleet with everything that a read can tell; return the ARNs that were made up on the way."""
    call = embedded.alexa.call
    await embedded.add_claimed_buttons(*BUTTONS)
    for click in ClickType:
        clock.advance(timedelta(seconds=1, milliseconds=15))
        await report_click(embedded.context, BUTTON, click)
    tags = {"floor": "3", "Gebäude": "Hauptstraße 1"}
    await embedded.one_click.call(ONE_CLICK, "TagResource", {"ResourceArn": BUTTON_ARN, "Tags": tags})
    echoes = [await embedded.add_echo(f"G090LF{number}", name) for number, name in enumerate(["Küche", "会議室", None])]
    room = await call(ALEXA, "CreateRoom", {"RoomName": "Zürich \N{GRINNING FACE}", "Description": "3rd"})
    await call(ALEXA, "AssociateDeviceWithRoom", {"DeviceArn": echoes[0], "RoomArn": room["RoomArn"]})
    user = await call(ALEXA, "CreateUser", {"UserId": "jo", "FirstName": "Zoë", "Email": "jo@example.com"})
    await call(ALEXA, "StartDeviceSync", {"DeviceArn": echoes[0], "Features": ["ALL"]})
    await call(ALEXA, "TagResource", {"Arn": echoes[0], "Tags": [{"Key": "a", "Value": "ä b"}]})
    return {"echo": echoes[0], "room": room["RoomArn"], "user": user["UserArn"]}


async def outcome(upstream: Upstream, operation: str, params: Params) -> tuple[object, ...]:
    """What a caller learns: the answer, or the error with its words."""
    try:
        return ("answer", await upstream.call(operation, params))
    except errors.GatewayError as error:
        return (type(error), error.message)


async def pages(upstream: Upstream, operation: str, params: Params) -> list[Params]:
    found = [await upstream.call(operation, params)]
    while token := found[-1].get("NextToken"):
        found.append(await upstream.call(operation, {**params, "NextToken": token}))
    return found


@pytest.mark.parametrize(
    ("operation", "params", "count"),
    [
        ("DescribeDevice", {"DeviceId": BUTTON}, 1),
        ("GetDeviceMethods", {"DeviceId": BUTTON}, 1),
        ("ListDevices", {}, 1),
        ("ListDevices", {"MaxResults": 3}, 3),
        ("ListDevices", {"DeviceType": "button", "MaxResults": 7, "NextToken": None}, 1),
        ("ListDevices", {"DeviceType": "toaster"}, 1),
        ("ListDeviceEvents", {"DeviceId": BUTTON, "FromTimeStamp": FROM, "ToTimeStamp": TO}, 1),
        ("ListDeviceEvents", {"DeviceId": BUTTON, "FromTimeStamp": FROM, "ToTimeStamp": TO, "MaxResults": 1}, 3),
        ("ListTagsForResource", {"ResourceArn": BUTTON_ARN}, 1),
    ],
)
async def test_reads_of_one_click_answer_alike(
    embedded: Embedded, clock: Clock, both: Both, operation: str, params: dict[str, Any], count: int
) -> None:
    """Every read of 1-Click gives the same pages, to the last member and type, over both upstreams."""
    await seed(embedded, clock)
    straight, by_aws = [await pages(upstreams.one_click, operation, params) for upstreams in both]

    assert by_aws == straight
    assert len(by_aws) == count


@pytest.mark.parametrize(
    ("operation", "params", "count"),
    [
        ("GetDevice", {"DeviceArn": "echo"}, 1),
        ("GetRoom", {"RoomArn": "room"}, 1),
        ("ListDeviceEvents", {"DeviceArn": "echo"}, 1),
        ("ListTags", {"Arn": "echo", "MaxResults": 1}, 1),
        ("SearchDevices", {}, 1),
        ("SearchDevices", {"MaxResults": 1, "SortCriteria": [{"Key": "DeviceName", "Value": "DESC"}]}, 3),
        ("SearchDevices", {"Filters": [{"Key": "RoomName", "Values": ["Zürich \N{GRINNING FACE}", "x"]}]}, 1),
        ("SearchRooms", {"MaxResults": 50}, 1),
        ("SearchUsers", {"Filters": [{"Key": "FirstName", "Values": ["Zoë"]}]}, 1),
    ],
)
async def test_reads_of_alexa_answer_alike(
    embedded: Embedded, clock: Clock, both: Both, operation: str, params: dict[str, Any], count: int
) -> None:
    """Every read of Alexa for Business gives the same pages, aware UTC times among them, over both upstreams."""
    arns = await seed(embedded, clock)
    named = {name: arns.get(value, value) if isinstance(value, str) else value for name, value in params.items()}
    straight, by_aws = [await pages(upstreams.alexa, operation, named) for upstreams in both]

    assert by_aws == straight
    assert len(by_aws) == count


async def test_times_are_aware_and_utc(embedded: Embedded, clock: Clock, upstreams: Upstreams) -> None:
    """A time in an answer is a datetime with the offset zero."""
    arns = await seed(embedded, clock)
    answer = await upstreams.alexa.call("SearchDevices", {"MaxResults": 1})
    created = answer["Devices"][0]["CreatedTime"]

    assert arns["echo"] == answer["Devices"][0]["DeviceArn"]
    assert created == datetime(2024, 5, 17, 9, 30, 3, 45_000, tzinfo=UTC)
    assert created.tzinfo is UTC


@pytest.mark.parametrize(
    ("operation", "params", "kind"),
    [
        ("ClaimDevicesByClaimCode", {"ClaimCode": "C-UNKNOWNCODE"}, errors.Forbidden),
        ("ClaimDevicesByClaimCode", {"ClaimCode": "mistyped"}, errors.Rejected),
        ("DescribeDevice", {"DeviceId": NO_BUTTON}, errors.NotFound),
        ("DescribeDevice", {"DeviceId": "a/../b?c=d#e%2F é\N{BELL}"}, errors.NotFound),
        ("FinalizeDeviceClaim", {"DeviceId": BUTTON}, errors.Conflict),
        ("InitiateDeviceClaim", {"DeviceId": BUTTON}, errors.Conflict),
        ("InvokeDeviceMethod", {"DeviceId": BUTTON, "DeviceMethod": {"MethodName": "fly"}}, errors.Rejected),
        ("ListDeviceEvents", {"DeviceId": BUTTON, "FromTimeStamp": TO, "ToTimeStamp": FROM}, errors.Rejected),
        ("ListDeviceEvents", {"DeviceId": BUTTON}, errors.Rejected),
        ("ListDevices", {"MaxResults": 0}, errors.Rejected),
        ("ListDevices", {"MaxResults": "many"}, errors.Rejected),
        ("ListDevices", {"NextToken": "not ours"}, errors.CursorExpired),
        ("TagResource", {"ResourceArn": BUTTON_ARN, "Tags": {"": "x"}}, errors.Rejected),
        ("UntagResource", {"ResourceArn": BUTTON_ARN + "0", "TagKeys": ["a", "b"]}, errors.NotFound),
        ("UpdateDeviceState", {"DeviceId": BUTTON, "Enabled": "yes"}, errors.Rejected),
        ("LaunchRocket", {}, errors.Unsupported),
    ],
)
async def test_refusals_of_one_click_are_alike(
    embedded: Embedded, clock: Clock, both: Both, operation: str, params: dict[str, Any], kind: type[Exception]
) -> None:
    """A refusal of 1-Click is the same error in the same words over both upstreams."""
    await seed(embedded, clock)
    straight, by_aws = [await outcome(upstreams.one_click, operation, params) for upstreams in both]

    assert by_aws == straight
    assert by_aws[0] is kind


@pytest.mark.parametrize(
    ("operation", "params", "kind"),
    [
        ("GetDevice", {"DeviceArn": NO_ARN}, errors.NotFound),
        ("GetDevice", {"DeviceArn": "no arn"}, errors.Rejected),
        ("CreateRoom", {"RoomName": "Zürich \N{GRINNING FACE}"}, errors.Conflict),
        ("CreateUser", {"UserId": "jo"}, errors.Conflict),
        ("SearchDevices", {"NextToken": "not ours"}, errors.CursorExpired),
        ("SearchDevices", {"MaxResults": 51}, errors.Rejected),
        ("SearchDevices", {"Filters": [{"Key": "Colour", "Values": ["blue"]}]}, errors.Rejected),
        ("TagResource", {"Arn": NO_ARN, "Tags": [{"Key": "a", "Value": "b"}]}, errors.NotFound),
        ("LaunchRocket", {}, errors.Unsupported),
    ],
)
async def test_refusals_of_alexa_are_alike(
    embedded: Embedded, clock: Clock, both: Both, operation: str, params: dict[str, Any], kind: type[Exception]
) -> None:
    """A refusal of Alexa for Business is the same error in the same words over both upstreams."""
    await seed(embedded, clock)
    straight, by_aws = [await outcome(upstreams.alexa, operation, params) for upstreams in both]

    assert by_aws == straight
    assert by_aws[0] is kind


@pytest.mark.parametrize("device_id", ["", ".", ".."])
@pytest.mark.parametrize("operation", ["DescribeDevice", "UnclaimDevice", "GetDeviceMethods"])
async def test_an_id_that_is_no_name_in_a_path_finds_nothing(
    embedded: Embedded, clock: Clock, upstreams: Upstreams, operation: str, device_id: str
) -> None:
    """An empty or dotted id never becomes a request for another path: over no upstream does it find a device."""
    await seed(embedded, clock)

    with pytest.raises(errors.NotFound):
        await upstreams.one_click.call(operation, {"DeviceId": device_id})


async def test_a_claim_goes_its_whole_way(embedded: Embedded, upstreams: Upstreams) -> None:
    """A button is claimed, enabled, tagged, told what to do and given up by the same calls over both upstreams."""
    call = upstreams.one_click.call
    device = {"DeviceId": BUTTON}
    target = {"awsLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:f"}
    callback = json.dumps({"deviceId": BUTTON, "callback": target})
    method = {"DeviceType": "button", "MethodName": "setOnClickCallback"}
    await embedded.add_buttons(BUTTON)

    assert await call("InitiateDeviceClaim", device) == {"State": "CLAIM_INITIATED"}
    await report_click(embedded.context, BUTTON, ClickType.SINGLE)
    assert await call("FinalizeDeviceClaim", {**device, "Tags": {"a": "1"}}) == {"State": "CLAIMED"}
    assert await call("UpdateDeviceState", {**device, "Enabled": True}) == {}
    assert await call("TagResource", {"ResourceArn": BUTTON_ARN, "Tags": {"b": "2", "c": "3"}}) == {}
    assert await call("UntagResource", {"ResourceArn": BUTTON_ARN, "TagKeys": ["a", "c"]}) == {}
    invoked = await call("InvokeDeviceMethod", {**device, "DeviceMethod": method, "DeviceMethodParameters": callback})
    described = (await call("DescribeDevice", device))["DeviceDescription"]
    assert set(invoked) <= {"DeviceMethodResponse"}
    assert (described["Enabled"], described["Tags"]) == (True, {"b": "2"})
    assert await call("UnclaimDevice", device) == {"State": "UNCLAIMED"}
    with pytest.raises(errors.NotFound):
        await call("DescribeDevice", device)


async def test_rooms_and_users_come_and_go(embedded: Embedded, upstreams: Upstreams) -> None:
    """Rooms, who is in them, and users are made, changed and removed by the same calls over both upstreams."""
    call = upstreams.alexa.call
    echo = await embedded.add_echo("G090LF1")
    room = (await call("CreateRoom", {"RoomName": "A", "ClientRequestToken": "0123456789"}))["RoomArn"]
    user = (await call("CreateUser", {"UserId": "jo"}))["UserArn"]

    assert (await call("CreateRoom", {"RoomName": "A", "ClientRequestToken": "0123456789"}))["RoomArn"] == room
    assert await call("UpdateRoom", {"RoomArn": room, "RoomName": "B"}) == {}
    assert await call("AssociateDeviceWithRoom", {"DeviceArn": echo, "RoomArn": room}) == {}
    assert await call("UpdateDevice", {"DeviceArn": echo, "DeviceName": "Échö"}) == {}
    assert (await call("GetRoom", {"RoomArn": room}))["Room"]["RoomName"] == "B"
    assert (await call("GetDevice", {"DeviceArn": echo}))["Device"]["RoomArn"] == room
    assert await call("DisassociateDeviceFromRoom", {"DeviceArn": echo}) == {}
    assert await call("DeleteRoom", {"RoomArn": room}) == {}
    (found,) = (await call("SearchUsers", {}))["Users"]
    assert await call("DeleteUser", {"UserArn": user, "EnrollmentId": found["EnrollmentId"]}) == {}
    assert await call("DeleteDevice", {"DeviceArn": echo}) == {}
    assert (await call("SearchDevices", {}))["TotalCount"] == 0
    assert (await call("SearchUsers", {})) == {"Users": [], "TotalCount": 0}


async def test_many_get_an_answer_or_an_error_each(embedded: Embedded, clock: Clock, upstreams: Upstreams) -> None:
    """Of many asked for at once each gets its own answer, in order, duplicates and missing ones included."""
    arns = await seed(embedded, clock)
    asked = [BUTTONS[1], NO_BUTTON, BUTTONS[0], BUTTONS[1]]
    described = await upstreams.one_click.call_many("DescribeDevice", [{"DeviceId": one} for one in asked])
    rooms = await upstreams.alexa.call_many("GetRoom", [{"RoomArn": arns["room"]}, {"RoomArn": NO_ARN}])

    ids = [None if isinstance(one, errors.NotFound) else one["DeviceDescription"]["DeviceId"] for one in described]
    assert ids == [BUTTONS[1], None, BUTTONS[0], BUTTONS[1]]
    assert rooms[0]["Room"]["RoomName"] == "Zürich \N{GRINNING FACE}"
    assert isinstance(rooms[1], errors.NotFound)
    assert await upstreams.one_click.call_many("DescribeDevice", []) == []


async def test_what_is_beyond_the_wire_is_told(both: Both) -> None:
    """In process an upstream says what more it can do; over AWS there is nothing more, and asking is refused."""
    straight, by_aws = both

    assert {"QueryDevices", "CountDevices", "QueryDeviceEvents"} <= straight.one_click.beyond & straight.alexa.beyond
    assert by_aws.one_click.beyond == by_aws.alexa.beyond == frozenset()
    with pytest.raises(errors.Unsupported):
        await by_aws.alexa.call("QueryDevices", {})


async def test_an_upstream_that_works_says_so(upstreams: Upstreams) -> None:
    """The check of a working source, empty as it is, finds it available, its key accepted and its clock right."""
    for upstream in (upstreams.one_click, upstreams.alexa):
        probe = await upstream.check()

        assert (probe.available, probe.reachable, probe.accepted) == (True, True, True)
        assert probe.skew_seconds is not None
        assert abs(probe.skew_seconds) < 5


async def test_a_key_that_is_not_accepted(embedded: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong secret makes a source unavailable, and its check says that it was reached and the key refused."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "w" * 40)
    async with over_http(embedded) as upstreams:
        for upstream, operation in ((upstreams.one_click, "ListDevices"), (upstreams.alexa, "SearchDevices")):
            with pytest.raises(errors.UpstreamUnavailable, match="does not accept the gateway's credentials"):
                await upstream.call(operation, {})
            probe = await upstream.check()

            assert (probe.available, probe.reachable, probe.accepted) == (False, True, False)


async def test_a_clock_that_is_wrong(embedded: Embedded) -> None:
    """Where a service's clock is ten minutes ahead, the source is unavailable and its check tells by how much."""
    async with over_http(embedded, clock_ahead=timedelta(minutes=10)) as upstreams:
        with pytest.raises(errors.UpstreamUnavailable, match="credentials"):
            await upstreams.one_click.call("ListDevices", {})


NO_PATH_SEGMENT = {"", ".", ".."}  # never sent, so refused in the upstream's own words
TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXT)
@example(text="a\0b")
@example(text="\ud800")
@example(text="..")
@example(text="%2e%2e")
@example(text="a//b")
@example(text=" a+b ")
@example(text="\N{BELL}\N{COMBINING ACUTE ACCENT}")
async def test_no_text_means_another_thing_on_the_way(both: Both, text: str) -> None:
    """Whatever text a caller sends as an id, a tag's key, a name or a token, both upstreams take it for the same."""
    asked: list[tuple[Callable[[Upstreams], Upstream], str, dict[str, Any]]] = [
        (lambda upstreams: upstreams.one_click, "UntagResource", {"ResourceArn": text, "TagKeys": [text]}),
        (lambda upstreams: upstreams.one_click, "ListDevices", {"DeviceType": text, "MaxResults": 1}),
        (lambda upstreams: upstreams.one_click, "ListDevices", {"NextToken": text}),
        (lambda upstreams: upstreams.alexa, "SearchDevices", {"Filters": [{"Key": "DeviceName", "Values": [text]}]}),
        (lambda upstreams: upstreams.alexa, "GetDevice", {"DeviceArn": NO_ARN + text}),
    ]
    for choose, operation, params in asked:
        straight, by_aws = [await outcome(choose(upstreams), operation, params) for upstreams in both]

        assert by_aws[0] == straight[0], operation
        assert by_aws == straight or text in NO_PATH_SEGMENT
