"""graphql-ws, graphql-sse and EventSource in a real Chromium, on a page of an origin that the gateway allows."""

import pytest
from playwright.sync_api import Page

from tests.clients.frontend import ClientPage, Frontend, open_page
from tests.clients.presses import Button, heard


@pytest.fixture
def streams(page: Page, frontend: Frontend) -> ClientPage:
    return open_page(page, frontend, "streams")


def test_graphql_ws_resumes_and_goes_on(streams: ClientPage, button: Button) -> None:
    """What happened since the cursor comes first, then what happens, in order."""
    variables = button.variables()
    button.press("DOUBLE", "LONG")
    streams.call("overSocket", button.frontend.graphql, variables, 4)
    missed = heard(streams, 2)
    button.press("SINGLE", "DOUBLE")

    assert missed == ["DOUBLE", "LONG"]
    assert heard(streams, 4) == ["DOUBLE", "LONG", "SINGLE", "DOUBLE"]


def test_graphql_ws_loses_its_connection_and_nothing_else(streams: ClientPage, button: Button) -> None:
    """A client that is cut off after every event has all of them once, in order, each from a socket of its own."""
    variables = button.variables()
    button.press("DOUBLE", "LONG", "SINGLE", "LONG")
    sockets = streams.call("overLostSockets", button.frontend.graphql, variables, 4)

    assert sockets == 4
    assert heard(streams, 4) == ["DOUBLE", "LONG", "SINGLE", "LONG"]


def test_graphql_ws_carries_mutations(streams: ClientPage, button: Button) -> None:
    """A mutation over a socket is answered as over HTTP."""
    told = streams.call("mutateOverSocket", button.frontend.graphql, {"id": button.id, "enabled": True})

    assert told == {"data": {"setDeviceEnabled": {"userErrors": []}}}


def test_foreign_pages_get_no_socket(page: Page, frontend: Frontend) -> None:
    """A page of an origin that is not allowed is refused before its socket opens."""
    stranger = open_page(page, frontend, "streams", origin=frontend.stranger)

    assert stranger.call("closed", frontend.graphql, None) == {"code": 1006, "reason": ""}


@pytest.mark.parametrize("mode", ["distinct", "single"])
def test_graphql_sse_resumes_and_goes_on(streams: ClientPage, button: Button, mode: str) -> None:
    """With distinct connections and with one for all, the client hears of everything once, in order."""
    variables = button.variables()
    button.press("DOUBLE", "LONG")
    streams.call("overEvents", button.frontend.graphql, variables, 4, mode == "single")
    missed = heard(streams, 2)
    button.press("SINGLE", "DOUBLE")

    assert missed == ["DOUBLE", "LONG"]
    assert heard(streams, 4) == ["DOUBLE", "LONG", "SINGLE", "DOUBLE"]
    assert ("PUT" in streams.methods()) == (mode == "single")


def test_an_event_source_is_told_where_it_is(streams: ClientPage, button: Button) -> None:
    """A browser's own EventSource keeps each event's cursor, which it sends back when it comes again."""
    variables = button.variables()
    button.press("DOUBLE", "LONG")

    assert streams.call("overEventSource", button.frontend.graphql, variables, 2) is True
    assert heard(streams, 2) == ["DOUBLE", "LONG"]
