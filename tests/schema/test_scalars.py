"""DateTime and JSON, as arguments and as results."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.schema.scalars import read_date_time, write_date_time
from tests.schema.graph import Graph
from tests.schema.makers import Maker, button

EVENTS = '{{ device(by: {{ deviceId: "x" }}) {{ events(from: {0}) {{ nodes {{ id }} }} }} }}'
IN_VARIABLES = "query ($from: DateTime) { devices { nodes { events(from: $from) { nodes { id } } } } }"

session_loop = pytest.mark.asyncio(loop_scope="session")

NO_DATE_TIMES = (
    "",
    "now",
    "2024-05-17",
    "2024-05-17T09:30:00",
    "2024-05-17 09:30:00Z",
    "20240517T093000Z",
    "2024-5-17T09:30:00Z",
    "2024-02-30T09:30:00Z",
    "2024-05-17T24:30:00Z",
    "2024-05-17T09:30:60Z",
    "2024-05-17T09:30:00+25:00",
    "2024-05-17T09:30:00.Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "10000-01-01T00:00:00Z",
    "٢٠٢٤-05-17T09:30:00Z",
    "2024-05-17T09:30:00Z\n",
    1715938200,
    1715938200.5,
    True,
    ["2024-05-17T09:30:00Z"],
    {},
)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-05-17T09:30:00Z", datetime(2024, 5, 17, 9, 30, tzinfo=UTC)),
        ("2024-05-17t09:30:00.5z", datetime(2024, 5, 17, 9, 30, 0, 500000, tzinfo=UTC)),
        ("2024-05-17T11:30:00.123456789+02:00", datetime(2024, 5, 17, 9, 30, 0, 123456, tzinfo=UTC)),
        ("2024-05-17T00:00:00-09:30", datetime(2024, 5, 17, 9, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999Z", datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    ],
)
def test_a_date_time_is_read_as_rfc_3339(text: str, time: datetime) -> None:
    """Any RFC 3339 time with its offset is read, in UTC; what is finer than a microsecond is cut off."""
    assert read_date_time(text) == time
    assert read_date_time(text).tzinfo is UTC


@pytest.mark.parametrize("no_time", NO_DATE_TIMES, ids=repr)
def test_anything_else_is_no_date_time(no_time: object) -> None:
    """A time without offset, a date of no calendar, a number: each is refused by name."""
    with pytest.raises(ValueError, match="DateTime"):
        read_date_time(no_time)


def test_a_date_time_is_written_in_utc_with_milliseconds() -> None:
    """Whatever its zone, a time is written in UTC, with exactly three digits of a second, cut off."""
    there = timezone(timedelta(hours=5, minutes=30))

    assert write_date_time(datetime(2024, 5, 17, 15, 0, tzinfo=there)) == "2024-05-17T09:30:00.000Z"
    assert write_date_time(datetime(2024, 5, 17, 9, 30, 0, 999999, tzinfo=UTC)) == "2024-05-17T09:30:00.999Z"


@session_loop
@pytest.mark.parametrize("no_time", ['"yesterday"', '"2024-02-30T00:00:00Z"', "1715938200", "{}"])
async def test_a_document_with_a_wrong_date_time_does_not_run(graph: Graph, no_time: str) -> None:
    """A wrong DateTime in the document is a validation error in plain words."""
    error = await graph.refusal(EVENTS.format(no_time))

    assert error["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "DateTime" in error["message"]
    assert graph.reached() == []


@session_loop
async def test_a_wrong_date_time_in_a_variable_is_named(graph: Graph) -> None:
    """A wrong DateTime in a variable is BAD_USER_INPUT, names the variable, and nothing runs."""
    error = await graph.refusal(IN_VARIABLES, **{"from": "2024-02-30T00:00:00Z"})

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "$from")
    assert "DateTime" in error["message"]
    assert graph.reached() == []


@session_loop
async def test_any_json_is_a_methods_parameters(graph: Graph) -> None:
    """JSON parameters may come in the document or in a variable, nested as they are."""
    maker = Maker(graph)
    await maker.buttons(button(1), enabled=True)
    listed = await graph.data("{ devices { nodes { id } } }")
    document = """mutation ($id: ID!, $parameters: JSON) {
      invokeDeviceMethod(input: { id: $id, methodName: "setOnClickCallback", parameters: $parameters }) {
        response userErrors { code field } } }"""
    target = {"awsLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:f"}
    answer = await graph.data(
        document, id=listed["devices"]["nodes"][0]["id"], parameters={"deviceId": button(1), "callback": target}
    )

    assert answer["invokeDeviceMethod"]["userErrors"] == []
