"""The web's rules as a real Chromium keeps them, on pages of two other origins: one allowed, one not."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.clients.frontend import Frontend

BUTTON = "{ devices(first: 1, filter: { service: ONE_CLICK, enabled: true }) { nodes { id } } }"
ENABLED = "query ($id: ID!) { device(by: { id: $id }) { ... on OneClickDevice { enabled } } }"
SWITCH = "mutation ($input: SetDeviceEnabledInput!) { setDeviceEnabled(input: $input) { userErrors { code } } }"
FETCH = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return [answer.status, answer.type === 'opaque' ? '' : await answer.text()];
  } catch (error) {
    return error.name;
  }
}"""


@pytest.fixture
def disable(frontend: Frontend) -> Iterator[dict[str, object]]:
    """Options of a fetch that would disable a button which is enabled."""
    [button] = frontend.ask(BUTTON)["devices"]["nodes"]
    body = {"query": SWITCH, "variables": {"input": {"id": button["id"], "enabled": False}}}
    yield {"id": button["id"], "method": "POST", "body": json.dumps(body)}
    frontend.ask(SWITCH, input={"id": button["id"], "enabled": True})


def test_an_allowed_page_reads_answers(page: Page, frontend: Frontend) -> None:
    """JSON is sent after a preflight, and what comes back can be read."""
    page.goto(frontend.origin)
    options = {"method": "POST", "headers": {"content-type": "application/json"}, "body": '{"query": "{ __typename }"}'}

    assert page.evaluate(FETCH, [frontend.graphql, options]) == [200, '{"data":{"__typename":"Query"}}']


def test_an_allowed_page_changes_what_it_may(page: Page, frontend: Frontend, disable: dict[str, object]) -> None:
    """The mutation that other pages try below works from here."""
    page.goto(frontend.origin)
    answer = page.evaluate(FETCH, [frontend.graphql, {**disable, "headers": {"content-type": "application/json"}}])

    assert answer == [200, '{"data":{"setDeviceEnabled":{"userErrors":[]}}}']
    assert frontend.ask(ENABLED, id=disable["id"]) == {"device": {"enabled": False}}


def test_another_page_reads_nothing(page: Page, frontend: Frontend) -> None:
    """The browser keeps the answer of a GET from a page whose origin is not among allowed_origins."""
    page.goto(frontend.stranger)

    assert page.evaluate(FETCH, [f"{frontend.graphql}?query={{__typename}}", {}]) == "TypeError"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_another_page_changes_nothing(
    page: Page, frontend: Frontend, disable: dict[str, object], kind: str, mode: str
) -> None:
    """Neither a request with a preflight nor one without gets through to a mutation."""
    page.goto(frontend.stranger)
    page.evaluate(FETCH, [frontend.graphql, {**disable, "mode": mode, "headers": {"content-type": kind}}])

    assert frontend.ask(ENABLED, id=disable["id"]) == {"device": {"enabled": True}}


def test_a_form_of_another_page_changes_nothing(page: Page, frontend: Frontend, disable: dict[str, object]) -> None:
    """A form needs no script: it is refused, and the page that comes back says so."""
    page.goto(frontend.stranger)
    page.set_content(f'<form method="post" enctype="text/plain" action="{frontend.graphql}"><input name="x"></form>')
    page.locator("input").fill(str(disable["body"]))
    with page.expect_navigation() as gone:
        page.evaluate("document.forms[0].submit()")

    assert gone.value.status == 403
    assert frontend.ask(ENABLED, id=disable["id"]) == {"device": {"enabled": True}}
