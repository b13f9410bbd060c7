from collections.abc import Callable
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest, graphql_request, read_get, read_json, require_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)
TEXT = st.text(st.characters(codec="utf-8"))


def read_post(body: bytes) -> GraphQLRequest:
    parameters = read_json(body)
    return graphql_request(parameters if isinstance(parameters, dict) else {})


def post(body: object) -> GraphQLRequest:
    return read_post(orjson.dumps(body))


def request_or_status(read: Callable[[], GraphQLRequest]) -> GraphQLRequest | int:
    try:
        return read()
    except HttpRefused as refusal:
        return refusal.status


def test_a_document_may_be_named_instead_of_sent() -> None:
    """A request has a text, an id, a hash, or a text with one of the others."""
    hashed = {"persistedQuery": {"version": 1, "sha256Hash": "ab"}}

    assert post({"documentId": "a"}) == GraphQLRequest(None, document_id="a")
    assert post({"extensions": hashed}) == GraphQLRequest(None, extensions=hashed, sha256_hash="ab")
    assert post({"query": "{a}", "documentId": "a"}) == GraphQLRequest("{a}", document_id="a")


@given(
    query=TEXT,
    name=TEXT.filter(bool) | st.none(),
    variables=st.dictionaries(TEXT, JSON, max_size=3),
    extensions=st.dictionaries(TEXT, JSON, max_size=3),
)
def test_get_and_post_mean_the_same(query: str, name: str | None, variables: dict, extensions: dict) -> None:
    """Whatever the parameters are, a GET and a POST of them are the same request."""
    parameters = {"query": query, "operationName": name, "variables": variables, "extensions": extensions}
    fields = {"query": query, "variables": orjson.dumps(variables), "extensions": orjson.dumps(extensions)}
    if name is not None:
        fields["operationName"] = name

    by_get = read_get(urlencode(fields).encode())

    assert by_get == post(parameters) == GraphQLRequest(query, name, variables, extensions)


@given(st.binary(max_size=60))
def test_any_query_string_is_read_or_refused(query_string: bytes) -> None:
    """No bytes in a query string cause anything but a request or a 400."""
    outcome = request_or_status(lambda: read_get(query_string))

    assert outcome == 400 or isinstance(outcome, GraphQLRequest)


@given(st.binary(max_size=60))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """No bytes in a body cause anything but a request or a 400."""
    outcome = request_or_status(lambda: read_post(body))

    assert outcome == 400 or isinstance(outcome, GraphQLRequest)


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/graphql"]
)
def test_a_post_is_json_only(content_type: str | None) -> None:
    """The types that a page can post without a preflight, and all others, are refused."""
    with pytest.raises(HttpRefused, match="application/json") as refusal:
        require_json(content_type)

    assert refusal.value.status == 415


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
)
def test_utf_8_may_be_named(content_type: str) -> None:
    """JSON is taken with and without its charset."""
    require_json(content_type)

    assert post({"query": "{ü}"}) == GraphQLRequest("{ü}")


def test_another_charset_is_refused() -> None:
    """What is not UTF-8 is not guessed at."""
    with pytest.raises(HttpRefused, match="utf-8") as refusal:
        require_json("application/json; charset=utf-16")

    assert refusal.value.status == 415


def test_unknown_members_are_ignored() -> None:
    """A client may send more than we know."""
    assert post({"query": "{a}", "id": 5, "doc": []}) == GraphQLRequest("{a}")


@pytest.mark.parametrize("name", ["operationName", "variables", "extensions", "documentId"])
def test_null_is_absent(name: str) -> None:
    """A parameter that is null is as good as left out."""
    assert post({"query": "{a}", name: None}) == GraphQLRequest("{a}")


def test_an_empty_operation_name_is_absent() -> None:
    """Forms send an empty text for no operation name."""
    assert read_get(b"query=%7Ba%7D&operationName=&variables=&documentId=") == GraphQLRequest("{a}")


@pytest.mark.parametrize(
    ("parameters", "argument"),
    [
        ({}, "query"),
        ({"query": None}, "query"),
        ({"query": ["{a}"]}, "query"),
        ({"query": 5, "documentId": "a"}, "query"),
        ({"query": "{a}", "documentId": 5}, "documentId"),
        ({"documentId": ""}, "query"),
        ({"query": "{a}", "operationName": 1}, "operationName"),
        ({"query": "{a}", "variables": []}, "variables"),
        ({"query": "{a}", "variables": "{}"}, "variables"),
        ({"query": "{a}", "extensions": False}, "extensions"),
    ],
)
def test_a_parameter_of_the_wrong_type_is_named(parameters: dict, argument: str) -> None:
    """The refusal says which parameter is wrong."""
    with pytest.raises(HttpRefused, match=argument) as refusal:
        post(parameters)

    assert refusal.value.status == 400
    assert refusal.value.result.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}


@pytest.mark.parametrize(
    ("query_string", "words"),
    [
        (b"query=%7Ba%7D&query=%7Bb%7D", "'query' is given more than once"),
        (b"query=%7Ba%7D&variables=%7B", "'variables' is not JSON"),
        (b"query=%7Ba%7D&variables=5", "'variables' must be an object"),
        (b"query=%ff", "percent-encoded UTF-8"),
        (b"query=\xff", "percent-encoded UTF-8"),
        (b"&".join(b"a%d=1" % number for number in range(51)), "at most 50 fields"),
    ],
)
def test_a_malformed_query_string_is_explained(query_string: bytes, words: str) -> None:
    """The refusal says what is wrong with the address."""
    with pytest.raises(HttpRefused, match=words) as refusal:
        read_get(query_string)

    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"", "not JSON"), (b'{ "not', "not JSON"), (b'{"query":"\xff"}', "not JSON")],
)
def test_a_malformed_body_is_explained(body: bytes, words: str) -> None:
    """The refusal says what is wrong with the body."""
    with pytest.raises(HttpRefused, match=words) as refusal:
        read_post(body)

    assert refusal.value.status == 400
