"""Apollo Client in a real Chromium, on a page of an origin that the gateway allows."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request

from tests.clients.frontend import WHOLE, ClientPage, Frontend, open_page

DEVICE_IDS = f"devices(first: 100, after: $after) {WHOLE}"
ECHO_IDS = f"devices(filter: {{ service: ALEXA_FOR_BUSINESS }}, after: $after) {WHOLE}"
FRONT_DOOR = '{ devices(filter: { nameContains: "Front door" }) { nodes { id ... on OneClickDevice { deviceId } } } }'


@pytest.fixture
def apollo(page: Page, frontend: Frontend) -> ClientPage:
    return open_page(page, frontend, "apollo")


def test_pages_through_all_devices(apollo: ClientPage, frontend: Frontend) -> None:
    """By fetchMore and relayStylePagination the whole fleet comes: in order, none twice, none missing."""
    found = apollo.call("devices", frontend.graphql, {"first": 20})

    assert found == {"lengths": [20, 40, 60, 80, 100, 106], "totalCount": 106, "ids": frontend.ids(DEVICE_IDS)}
    assert len(set(found["ids"])) == 106
    assert apollo.methods() == ["POST"] * 6


def test_pages_through_an_order_of_both_services(apollo: ClientPage, frontend: Frontend) -> None:
    """The cursors of a merged list are as good to Apollo as those of any other."""
    order = [{"field": "NAME", "direction": "DESC"}, {"field": "SERIAL_NUMBER", "direction": "ASC"}]
    given = "orderBy: [{ field: NAME, direction: DESC }, { field: SERIAL_NUMBER }]"
    found = apollo.call("devices", frontend.graphql, {"first": 50, "orderBy": order})

    assert found["lengths"] == [50, 100, 106]
    assert found["ids"] == frontend.ids(f"devices({given}, after: $after) {WHOLE}")


def test_pages_through_users_backwards(apollo: ClientPage, frontend: Frontend) -> None:
    """With last and before the list grows at its beginning, up to the first user."""
    order = [{"field": "LAST_NAME", "direction": "ASC"}]
    found = apollo.call("users", frontend.graphql, {"last": 12, "orderBy": order})

    assert found["lengths"] == [12, 24, 30]
    assert found["ids"] == frontend.ids(f"users(orderBy: {{ field: LAST_NAME }}, after: $after) {WHOLE}")


def test_pages_through_events_of_a_device(apollo: ClientPage, frontend: Frontend) -> None:
    """A list inside an object of the cache is merged there: all events of the window, newest first."""
    [device] = frontend.ask(FRONT_DOOR)["devices"]["nodes"]
    found = apollo.call("eventsOf", frontend.graphql, {"deviceId": device["deviceId"], "first": 100})
    events = frontend.ids(
        f"device(by: {{ deviceId: {json.dumps(device['deviceId'])} }}) {{ events(first: 90, after: $after) {WHOLE} }}"
    )

    assert found["ids"] == events
    assert len(set(events)) == len(events) > 200
    assert found["lengths"] == [*range(100, len(events), 100), len(events)]


def test_keeps_lists_of_different_arguments_apart(apollo: ClientPage, frontend: Frontend) -> None:
    """A filter makes another list; neither gets pages of the other."""
    everything, echoes = apollo.call("sideBySide", frontend.graphql, 30, None, {"service": "ALEXA_FOR_BUSINESS"})

    assert everything == frontend.ids(DEVICE_IDS)
    assert echoes == frontend.ids(ECHO_IDS)
    assert len(echoes) == 40


def test_a_mutation_changes_what_a_list_shows(apollo: ClientPage, frontend: Frontend) -> None:
    """The id that a mutation answers with is the list's own, so the cache puts the new state into the list."""
    [device] = frontend.ask(FRONT_DOOR)["devices"]["nodes"]
    off = apollo.call("switched", frontend.graphql, device["id"], False)
    on = apollo.call("switched", frontend.graphql, device["id"], True)

    assert off == {"before": True, "after": False, "userErrors": []}
    assert on == {"before": False, "after": True, "userErrors": []}


def test_documents_are_asked_for_by_their_hash(apollo: ClientPage, frontend: Frontend) -> None:
    """Automatic persisted queries: the text is sent once, by whoever is first; the rest is short GET requests."""
    assert apollo.call("persisted", frontend.graphql) == [[60, 106], [60, 106]]
    assert [sent(request) for request in apollo.asked] == [
        ("GET", False),
        ("POST", True),
        ("GET", False),
        ("GET", False),
        ("GET", False),
    ]


def test_a_refusal_is_an_error_of_graphql(apollo: ClientPage, frontend: Frontend) -> None:
    """A cursor that is not the gateway's is told with its code and argument, though a list may not be null."""
    refusal = apollo.call("refusal", frontend.graphql, {"first": 5, "after": "not a cursor"})

    assert refusal == {"graphql": True, "extensions": [{"code": "BAD_USER_INPUT", "argument": "after"}]}


def test_an_invalid_variable_is_an_error_of_graphql(apollo: ClientPage, frontend: Frontend) -> None:
    """What is refused before it runs is told by its code too, and not as a failure of HTTP."""
    refusal = apollo.call("refusal", frontend.graphql, {"first": "many"})

    assert refusal == {"graphql": True, "extensions": [{"code": "BAD_USER_INPUT", "argument": "$first"}]}


def sent(request: Request) -> tuple[str, bool]:
    """The method, and whether the document's text was sent."""
    named = parse_qs(urlsplit(request.url).query) if request.method == "GET" else request.post_data_json
    return request.method, "query" in named
