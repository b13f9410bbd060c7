"""GraphiQL follows subscriptions over either way, and shows what is deferred when it comes; in a real Chromium."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import Served
from tests.web.test_graphiql import lines, open_tab, run, write_query

BUTTON = "{ devices(first: 1, filter: { service: ONE_CLICK }) { nodes { id } } }"
SWITCH = "mutation ($input: SetDeviceEnabledInput!) { setDeviceEnabled(input: $input) { userErrors { code } } }"
DEFERRED = (
    "query Mine { devices(first: 1, filter: { service: ONE_CLICK }) { totalCount nodes { name "
    "... @defer { events(first: 1) { nodes { ... on ClickEvent { clickType } } } } } } }"
)
CHANGES = "subscription Mine { deviceChanges { kind deviceId } }"


@pytest.fixture
def change(served: Served) -> Callable[[], str]:
    """Change a button, which stays as it was in the end; return its id."""

    def ask(query: str, **variables: object) -> dict[str, dict[str, list[dict[str, str]]]]:
        answer = httpx.post(f"{served.origin}/graphql", json={"query": query, "variables": variables})
        data: dict[str, dict[str, list[dict[str, str]]]] = answer.json()["data"]
        return data

    def switch() -> str:
        [button] = ask(BUTTON)["devices"]["nodes"]
        for enabled in (False, True):
            assert ask(SWITCH, input={"id": button["id"], "enabled": enabled})["setDeviceEnabled"] == {"userErrors": []}
        return button["id"]

    return switch


def shown_after(change: Callable[[], str], results: Locator) -> str:
    """Change until it is shown; nothing on the page tells when a subscription has begun."""
    for _ in range(50):
        identity = change()
        try:
            expect(results).to_contain_text(identity, timeout=300)
        except AssertionError:
            continue
        return identity
    raise AssertionError("never shown")


def test_follows_over_a_socket(page: Page, change: Callable[[], str]) -> None:
    """A subscription shows what happens, over a WebSocket, until it is stopped."""
    write_query(page, CHANGES)
    with page.expect_websocket() as opened:
        run(page)
    shown_after(change, lines(page, "Result Window"))
    with opened.value.expect_event("close"):
        page.get_by_role("button", name="Stop query").click()

    assert opened.value.url.startswith("ws://127.0.0.1:")


def test_follows_by_events_at_the_turn_of_a_switch(page: Page, change: Callable[[], str]) -> None:
    """The switch beside the editor makes subscriptions travel as event streams, also after the page is loaded anew."""
    page.get_by_role("button", name="Subscriptions travel over WebSocket; change to SSE").click()
    write_query(page, CHANGES)
    page.reload()
    expect(page.get_by_role("button", name="Subscriptions travel over SSE; change to WebSocket")).to_have_text("SSE")
    with page.expect_request(lambda request: request.headers.get("accept") == "text/event-stream"):
        run(page)
    shown_after(change, lines(page, "Result Window"))
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Stop query").click()


def test_shows_what_is_deferred(page: Page) -> None:
    """What is deferred is shown where it belongs when it has come."""
    write_query(page, DEFERRED)
    run(page)

    expect(lines(page, "Result Window")).to_contain_text('"totalCount": 66')
    expect(lines(page, "Result Window")).to_contain_text('"clickType": "')


def test_shows_why_a_subscription_is_refused(page: Page) -> None:
    """A cursor that is not the gateway's is told as any other error."""
    write_query(page, 'subscription Mine { deviceChanges(after: "forged") { kind } }')
    run(page)

    expect(lines(page, "Result Window")).to_contain_text('"code": "BAD_USER_INPUT"')


def test_the_live_tab_runs(page: Page) -> None:
    """A newcomer's tab about what happens opens a stream as it stands."""
    open_tab(page, "Live")
    with page.expect_websocket() as opened:
        run(page)
    expect(page.get_by_role("button", name="Stop query")).to_be_visible()
    with opened.value.expect_event("close"):
        page.get_by_role("button", name="Stop query").click()
