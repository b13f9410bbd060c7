"""Apollo Client's subscriptions and deferred queries in a real Chromium."""

import pytest
from playwright.sync_api import Page

from tests.clients.frontend import ClientPage, Frontend, open_page
from tests.clients.presses import Button, followed


@pytest.fixture
def apollo(page: Page, frontend: Frontend) -> ClientPage:
    return open_page(page, frontend, "apollo_streams")


@pytest.mark.parametrize("way", ["socket", "multipart"])
def test_subscribes(apollo: ClientPage, button: Button, way: str) -> None:
    """Over graphql-ws, and over HTTP as multipart: what happened since the cursor comes, then what happens."""
    missed, everything = followed(apollo, button, socket=way == "socket")

    assert missed == ["DOUBLE", "LONG"]
    assert everything == ["DOUBLE", "LONG", "SINGLE"]


@pytest.mark.parametrize("specification", ["v0.2", "20220824"])
def test_shows_what_is_deferred_later(apollo: ClientPage, button: Button, specification: str) -> None:
    """A view shows the device first, and its events when they come, by either of Apollo's handlers."""
    shown = apollo.call("deferred", button.frontend.graphql, button.id, specification)

    assert shown == [["streaming", "Front door", 0], ["complete", "Front door", 3]]
