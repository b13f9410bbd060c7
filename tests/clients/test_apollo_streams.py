"""Apollo Client's subscriptions and deferred queries in a real Chromium."""

import pytest
from playwright.sync_api import Page

from tests.clients.frontend import ClientPage, Frontend, open_page
from tests.clients.presses import Button, heard


@pytest.fixture
def apollo(page: Page, frontend: Frontend) -> ClientPage:
    return open_page(page, frontend, "apollo_streams")


@pytest.mark.parametrize("way", ["socket", "multipart"])
def test_subscribes(apollo: ClientPage, button: Button, way: str) -> None:
    """Over graphql-ws, and over HTTP as multipart, what happened since the cursor comes, then what happens."""
    variables = button.variables()
    button.press("DOUBLE", "LONG")
    apollo.call("follow", button.frontend.graphql, variables, 3, way == "socket")
    missed = heard(apollo, 2)
    button.press("SINGLE")

    assert missed == ["DOUBLE", "LONG"]
    assert heard(apollo, 3) == ["DOUBLE", "LONG", "SINGLE"]


@pytest.mark.parametrize("specification", ["v0.2", "20220824"])
def test_shows_what_is_deferred_later(apollo: ClientPage, button: Button, specification: str) -> None:
    """A view shows the device first, and its events when they come, by either of Apollo's handlers."""
    shown = apollo.call("deferred", button.frontend.graphql, button.id, specification)

    assert shown == [["streaming", "Front door", 0], ["complete", "Front door", 3]]
