"""Relay in a real Chromium: a React page of compiled fragments, @connection and @refetchable."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.clients.frontend import WHOLE, ClientPage, Frontend, open_page

FRONT_DOOR = '{ devices(filter: { nameContains: "Front door" }) { nodes { id } } }'
DEVICE_IDS = f"devices(first: 100, after: $after) {WHOLE}"
ECHO_IDS = f"devices(filter: {{ service: ALEXA_FOR_BUSINESS }}, after: $after) {WHOLE}"
USER_IDS = f"users(orderBy: [{{ field: LAST_NAME }}, {{ field: USER_ID }}], after: $after) {WHOLE}"


@pytest.fixture
def button(frontend: Frontend) -> str:
    """The id of a button that is enabled and has many events."""
    [device] = frontend.ask(FRONT_DOOR)["devices"]["nodes"]
    identity: str = device["id"]
    return identity


@pytest.fixture
def relay(page: Page, frontend: Frontend, button: str) -> ClientPage:
    opened = open_page(page, frontend, "relay")
    opened.call("show", frontend.graphql, button)
    return opened


def test_pages_forwards(relay: ClientPage, frontend: Frontend) -> None:
    """By loadNext the whole fleet of both services comes: in order, none twice, none missing."""
    devices = relay.page.get_by_role("region", name="Devices")
    follow(devices, "More devices", 30, 60, 90, 106)

    expect(devices.get_by_role("button", name="More devices")).to_be_disabled()
    assert ids(devices) == frontend.ids(DEVICE_IDS)


def test_pages_backwards(relay: ClientPage, frontend: Frontend) -> None:
    """By loadPrevious the users of an order come, from the last ones to the first."""
    users = relay.page.get_by_role("region", name="Users")
    follow(users, "Earlier users", 12, 24, 30)

    expect(users.get_by_role("button", name="Earlier users")).to_be_disabled()
    assert ids(users) == frontend.ids(USER_IDS)


def test_pages_inside_a_device(relay: ClientPage, frontend: Frontend, button: str) -> None:
    """More events of a device are asked of node, with the id that its fragment came with."""
    events = relay.page.get_by_role("region", name="Events")
    follow(events, "More events", 10, 20, 30)

    assert [request.post_data_json["variables"]["id"] for request in relay.asked] == [button] * 3
    assert ids(events) == frontend.ids(f'device(by: {{ id: "{button}" }}) {{ events(after: $after) {WHOLE} }}')[:30]


def test_refetches_with_other_arguments(relay: ClientPage, frontend: Frontend) -> None:
    """A filter makes another list of the same fragment."""
    devices = relay.page.get_by_role("region", name="Devices")
    devices.get_by_role("button", name="Echo devices only").click()
    echoes = frontend.ids(ECHO_IDS)
    expect(rows(devices).first).to_have_attribute("data-id", echoes[0])

    assert ids(devices) == echoes[:30]


def test_a_mutation_changes_every_view(relay: ClientPage, button: str) -> None:
    """What a mutation answers is shown wherever the device is, in the list as by itself."""
    everywhere = relay.page.locator(f'[data-id="{button}"]')
    switch = relay.page.get_by_role("region", name="The one").get_by_role("button", name="Switch")
    follow(relay.page.get_by_role("region", name="Devices"), "More devices", 30, 60, 90, 106)
    expect(everywhere).to_have_count(2)
    for state in ("false", "true"):
        switch.click()
        for view in everywhere.all():
            expect(view).to_have_attribute("data-state", state)


def follow(region: Locator, button: str, *counts: int) -> None:
    """See how many there are at first, and after each click."""
    for number, count in enumerate(counts):
        if number:
            region.get_by_role("button", name=button).click()
        expect(rows(region)).to_have_count(count)


def rows(region: Locator) -> Locator:
    return region.get_by_role("listitem")


def ids(region: Locator) -> list[str]:
    found: list[str] = rows(region).evaluate_all("rows => rows.map(row => row.dataset.id)")
    return found
