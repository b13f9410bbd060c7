"""urql's subscriptions and deferred queries in a real Chromium."""

import pytest
from playwright.sync_api import Page

from tests.clients.frontend import ClientPage, Frontend, open_page
from tests.clients.presses import Button, followed


@pytest.fixture
def urql(page: Page, frontend: Frontend) -> ClientPage:
    return open_page(page, frontend, "urql_streams")


@pytest.mark.parametrize("way", ["socket", "event stream"])
def test_subscribes(urql: ClientPage, button: Button, way: str) -> None:
    """Over graphql-ws, and by fetch as an event stream: what happened since the cursor comes, then what happens."""
    missed, everything = followed(urql, button, socket=way == "socket")

    assert missed == ["DOUBLE", "LONG"]
    assert everything == ["DOUBLE", "LONG", "SINGLE"]


def test_shows_what_is_deferred_later(urql: ClientPage, button: Button) -> None:
    """A view shows the device first, and its events when they come."""
    shown = urql.call("deferred", button.frontend.graphql, button.id)

    assert shown == [[True, "Front door", 0], [False, "Front door", 3]]
