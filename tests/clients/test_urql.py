"""urql with its normalised cache in a real Chromium, on a page of an origin that the gateway allows."""

import pytest
from playwright.sync_api import Page

from tests.clients.frontend import WHOLE, ClientPage, Frontend, open_page

DEVICE_IDS = f"devices(first: 100, after: $after) {WHOLE}"


@pytest.fixture
def urql(page: Page, frontend: Frontend) -> ClientPage:
    return open_page(page, frontend, "urql")


def test_pages_through_all_devices(urql: ClientPage, frontend: Frontend) -> None:
    """Asked for by GET, as is urql's habit, the whole fleet is merged: in order, none twice, none missing."""
    found = urql.call("devices", frontend.graphql, 20, "forwards")

    assert found == {"lengths": [20, 40, 60, 80, 100, 106], "ids": frontend.ids(DEVICE_IDS)}
    assert len(set(found["ids"])) == 106
    assert urql.methods() == ["POST", *["GET"] * 6]


def test_pages_backwards(urql: ClientPage, frontend: Frontend) -> None:
    """From the last device to the first the list grows at its beginning, and is the same in the end."""
    found = urql.call("devices", frontend.graphql, 40, "backwards")

    assert found == {"lengths": [40, 80, 106], "ids": frontend.ids(DEVICE_IDS)}


def test_a_mutation_changes_what_a_list_shows(urql: ClientPage, frontend: Frontend) -> None:
    """A tag names a button anew, and a list that is being watched shows the new name."""
    [button] = frontend.ask('{ devices(first: 1, filter: { nameContains: "Front door" }) { nodes { id name } } }')[
        "devices"
    ]["nodes"]
    there = urql.call("renamed", frontend.graphql, button["id"], "Side door")
    back = urql.call("renamed", frontend.graphql, button["id"], button["name"])

    assert there == {"names": [button["name"], "Side door"], "userErrors": []}
    assert back == {"names": ["Side door", button["name"]], "userErrors": []}


def test_a_refusal_is_an_error_of_graphql(urql: ClientPage, frontend: Frontend) -> None:
    """A cursor that is not the gateway's is told with its code, and not as a failure of the network."""
    refusal = urql.call("refusal", frontend.graphql)

    assert refusal == {
        "data": None,
        "network": None,
        "extensions": [{"code": "BAD_USER_INPUT", "argument": "after"}],
    }
