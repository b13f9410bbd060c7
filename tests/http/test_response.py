import json

import orjson
import pytest

from gateway.execution.body import write_body
from gateway.execution.result import ErrorCode, Result, refused
from gateway.http.accept import MediaType
from gateway.http.response import write_result
from gateway.http.status import StatusProfile


def test_an_executed_result_has_data_even_where_it_is_null() -> None:
    """A client tells by the data entry whether anything ran."""
    error = {"message": "gone", "extensions": {"code": "FORBIDDEN"}}

    assert orjson.loads(write_body(Result(None, (error,), executed=True))) == {"errors": [error], "data": None}
    assert orjson.loads(write_body(Result({"a": 1}, (), executed=True))) == {"data": {"a": 1}}
    assert orjson.loads(write_body(refused(ErrorCode.FORBIDDEN, "gone"))) == {"errors": [error]}


@pytest.mark.parametrize("raw", [{"n": 2**70}, {"text": "\ud800"}, {"n": [-(2**64), "ü"]}])
def test_whatever_json_a_device_sent_can_be_written(raw: object) -> None:
    """Integers of any size and broken Unicode come through as they were."""
    assert json.loads(write_body(Result({"raw": raw}, (), executed=True))) == {"data": {"raw": raw}}


def test_deep_json_can_be_written() -> None:
    """Nesting beyond what the fast writer takes is written all the same."""
    deep: object = "end"
    for _ in range(400):
        deep = [deep]

    assert json.loads(write_body(Result({"raw": deep}, (), executed=True))) == {"data": {"raw": deep}}


def test_answers_are_not_stored() -> None:
    """No cache on the way keeps a fleet's data, or takes one type of answer for the other."""
    headers = dict(write_result(Result({}, (), executed=True), MediaType.JSON).headers)

    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"vary"] == b"Accept"


def test_who_has_to_say_who_they_are_is_told_how() -> None:
    """A 401 names the scheme of the credentials that are missing (RFC 9110, 15.5.2)."""
    nobody = refused(ErrorCode.UNAUTHENTICATED, "This field needs credentials.")
    answer = write_result(nobody, MediaType.JSON, StatusProfile.DRAFT_2026)

    assert answer.status == 401
    assert dict(answer.headers)[b"www-authenticate"] == b"Bearer"
    assert b"www-authenticate" not in dict(write_result(nobody, MediaType.JSON).headers)
