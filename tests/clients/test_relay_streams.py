"""Relay's deferred fragments and subscriptions in a real Chromium, by the README's adapter."""

from playwright.sync_api import Page, expect

from tests.clients.frontend import SOURCES, Frontend, open_page
from tests.clients.presses import Button, heard
from tests.conventions.repository import ROOT


def test_shows_what_is_deferred_later_and_hears_what_happens(page: Page, frontend: Frontend, button: Button) -> None:
    """A device's history comes after the device itself and both are shown, and every press is heard."""
    variables = button.variables()
    relay = open_page(page, frontend, "relay_streams")
    relay.call("show", frontend.graphql, variables)
    expect(page.get_by_role("article")).to_contain_text("Front door3 events")
    before = heard(relay, 2)
    button.press("DOUBLE", "LONG")

    assert before == ["Front door", "streamsDeviceQuery$defer$history"]
    assert heard(relay, 4) == [*before, "DOUBLE", "LONG"]


def test_the_adapter_is_the_readmes() -> None:
    """What the README tells Relay's users to take is what the page above runs."""
    adapter = (SOURCES / "relay" / "parts.js").read_text(encoding="utf-8").strip()

    assert f"```js\n{adapter}\n```" in (ROOT / "README.md").read_text(encoding="utf-8")
