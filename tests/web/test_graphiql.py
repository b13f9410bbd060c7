"""GraphiQL in a real Chromium. `GRAPHIQL_SCREENSHOT` names a file to put a picture of it in."""

import os
import re
from time import monotonic

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.web.conftest import Served, open_graphiql

TABS = ["Fleet", "DeviceEvents", "ClaimDevices", "TagDevice", "Live"]


def test_runs_a_query(page: Page) -> None:
    """The first thing a newcomer runs answers with devices of both services."""
    run(page)

    expect(lines(page, "Result Window")).to_contain_text('"totalCount": 66')
    expect(lines(page, "Result Window")).to_contain_text('"deviceId": "G030PM')
    expect(page).to_have_title("GraphiQL · device gateway")
    take_picture(page)


def test_follows_a_type_in_the_docs(page: Page) -> None:
    """The docs explorer leads from the root to a device, with the schema's own descriptions."""
    page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.get_by_role("region", name="Documentation Explorer")
    for name in ("Query", "devices", "DeviceConnection", "Device"):
        docs.get_by_role("link", name=name, exact=True).first.click()

    expect(docs.locator(".graphiql-doc-explorer-title")).to_have_text("Device")
    expect(docs).to_contain_text("What both services call a device.")
    expect(docs.get_by_role("link", name="OneClickDevice")).to_be_visible()


def test_opens_on_tabs_for_a_newcomer(page: Page) -> None:
    """Five tabs wait: the fleet, a device with its events, a claim, tags, what happens now."""
    expect(page.get_by_role("tab")).to_have_text([re.compile(f"^{name}") for name in TABS])


def test_sends_variables(page: Page) -> None:
    """The device tab brings its variables along, and answers with that device's events."""
    open_tab(page, "DeviceEvents")
    expect(lines(page, "Variables")).to_contain_text('"deviceId": "G030PM')
    run(page)

    expect(lines(page, "Result Window")).to_contain_text('"clickType": "')


def test_shows_user_errors(page: Page) -> None:
    """A claim that is refused says why, in the response."""
    open_tab(page, "ClaimDevices")
    run(page)

    expect(lines(page, "Result Window")).to_contain_text('"code": "NOT_FOUND"')


def test_sends_headers(page: Page) -> None:
    """What stands in the headers editor travels with the request."""
    page.get_by_role("button", name="Headers").click()
    write(page, lines(page, "Headers"), '{"x-team": "facilities"}')
    with page.expect_request("**/graphql") as sent:
        run(page)

    assert sent.value.headers["x-team"] == "facilities"


def test_keeps_a_history(page: Page) -> None:
    """What has been run can be found again in the history."""
    run(page)
    expect(lines(page, "Result Window")).to_contain_text('"data"')
    page.get_by_role("button", name="Show History").click()

    expect(page.get_by_role("region", name="History").get_by_role("button", name="Set active")).to_have_text(["Fleet"])


def test_keeps_the_tabs(page: Page, served: Served) -> None:
    """Tabs are found again as they were left, and none is added."""
    write_query(page, "query Mine { sources { name } }")
    wait_until_stored(page, "tabState", "query Mine")
    page.goto(served.origin)

    expect(page.get_by_role("tab")).to_have_text([re.compile(f"^{name}") for name in ["Mine", *TABS[1:]]])
    expect(lines(page, "Operation Editor")).to_contain_text("query Mine")


def test_marks_mistakes_as_they_are_made(page: Page) -> None:
    """The editor knows the schema: a field that does not exist is marked before anything is sent."""
    write_query(page, "{ sources { colour } }")

    expect(page.locator(".graphiql-query-editor .squiggly-error")).to_be_visible()


def test_prettifies(page: Page) -> None:
    """The formatter works, which loads its code only now."""
    write_query(page, "{sources{name}}")
    page.get_by_role("button", name="Prettify").click()

    expect(page.locator(".graphiql-query-editor .view-line")).to_have_text(
        ["{", "  sources {", "    name", "  }", "}", ""]
    )


def test_needs_no_mouse(page: Page) -> None:
    """The Tab key reaches every control; Enter goes into the editor, Ctrl-Enter runs, Ctrl-M and Tab lead out."""
    reached = [focus_next(page) for _ in range(27)]
    page.locator(".graphiql-query-editor .graphiql-editor").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(lines(page, "Result Window")).to_contain_text('"data"')
    page.keyboard.press("Control+m")
    left_to = focus_next(page)

    assert reached == [
        "Show Documentation Explorer",
        "Show History",
        "Re-fetch GraphQL schema (Shift-Ctrl-R)",
        "Open short keys dialog",
        "Open settings dialog",
        *[name for tab in TABS for name in (tab, "Close Tab")],
        "New tab",
        "Operation Editor",
        "Execute query (Ctrl-Enter)",
        "Prettify query (Shift-Ctrl-P)",
        "Merge fragments into query (Shift-Ctrl-M)",
        "Copy query (Shift-Ctrl-C)",
        "Subscriptions travel over WebSocket; change to SSE",
        "Variables",
        "Headers",
        "Hide editor tools",
        "Variables",
        "Result Window",
    ]
    assert left_to == "Execute query (Ctrl-Enter)"


@pytest.mark.parametrize(("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(33, 42, 59)")])
def test_follows_the_colour_scheme(page: Page, scheme: str, background: str) -> None:
    """Light and dark are the reader's own choice, in the page and in its editors."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.reload()
    expect(lines(page, "Operation Editor")).to_contain_text("query Fleet")

    expect(page.locator(".graphiql-container")).to_have_css("background-color", background)


def test_says_that_the_gateway_stopped(context: BrowserContext, mortal: Served) -> None:
    """An operation that reaches nobody says so, and where, and what to do."""
    page = context.new_page()
    open_graphiql(page, mortal.origin)
    mortal.stop()
    run(page)

    expect(lines(page, "Result Window")).to_contain_text(f"The gateway at {mortal.origin} does not answer")
    expect(lines(page, "Result Window")).to_contain_text("Start it and run the operation again.")


def test_opens_while_queries_fail(context: BrowserContext, served: Served) -> None:
    """A page whose gateway refuses every query still opens, and shows at once what the gateway said."""
    page = context.new_page()
    page.route(
        "**/graphql", lambda route: route.fulfill(status=503, content_type="text/plain", body="Come back later.")
    )
    open_graphiql(page, served.origin)

    expect(lines(page, "Result Window")).to_contain_text("The gateway answered 503 Service Unavailable")
    expect(lines(page, "Result Window")).to_contain_text("Come back later.")


def run(page: Page) -> None:
    page.get_by_role("button", name="Execute query").click()


def lines(page: Page, region: str) -> Locator:
    """The text of the editor that is to be seen there."""
    return page.get_by_role("region", name=region).locator(".view-lines").filter(visible=True)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab").get_by_role("button", name=name, exact=True).click()
    wait_until_stored(page, "query", name)


def write_query(page: Page, text: str) -> None:
    write(page, lines(page, "Operation Editor"), text)
    wait_until_stored(page, "query", text)


def write(page: Page, editor: Locator, text: str) -> None:
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def wait_until_stored(page: Page, key: str, text: str) -> None:
    """GraphiQL takes a while to notice what is written; until then it would send the former operation's name."""
    deadline = monotonic() + 5
    while text not in (page.evaluate("(key) => localStorage.getItem(`graphiql:${key}`)", key) or ""):
        assert monotonic() < deadline, f"never stored: {text}"
        page.wait_for_timeout(20)


def focus_next(page: Page) -> str:
    """The name of the control that the Tab key goes to; an editor's is that of its region."""
    page.keyboard.press("Tab")
    name: str = page.evaluate("""() => {
      const focused = document.activeElement;
      const editor = focused.classList.contains('graphiql-editor');
      return (editor ? focused.closest('section') : focused).getAttribute('aria-label') ?? focused.textContent;
    }""")
    return name


def take_picture(page: Page) -> None:
    if path := os.environ.get("GRAPHIQL_SCREENSHOT"):
        page.set_viewport_size({"width": 1440, "height": 1080})
        page.screenshot(path=path)
