from datetime import UTC, datetime

from gateway.model.filter import DeviceFilter, TagFilter
from gateway.model.order import DeviceOrder, DeviceOrderField
from gateway.model.purpose import Purpose
from gateway.model.service import DeviceService

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_purpose_is_what_was_asked_for_and_no_more() -> None:
    """A cursor goes on in a later version, also where filters have a new member by then: only what is asked counts."""
    wanted = DeviceFilter(tags=(TagFilter("floor", ("1", "é")),), enabled=False)
    order = (DeviceOrder(DeviceOrderField.NAME, descending=True), DeviceOrder(DeviceOrderField.TYPE))

    assert Purpose("devices", DeviceService.ONE_CLICK, DeviceFilter(), ()).text == '["devices","one-click",{},[]]'
    assert Purpose(wanted, order, NOON, None).text == (
        '[{"tags":[{"key":"floor","values":["1","é"]}],"enabled":false},'
        '[{"field":"NAME","descending":true},{"field":"TYPE"}],"2026-01-31T12:00:00+00:00",null]'
    )


def test_what_says_something_else_is_another_purpose() -> None:
    """No text can be made to look like another list's."""
    named = (("a", "b"), ("a,b",), ('a","b',), (("a", "b"),), ("a", "b", None))
    filters = ((DeviceFilter(),), (DeviceFilter(types=()),), (DeviceFilter(types=("",)),))

    assert len({Purpose(*parts).text for parts in (*named, *filters)}) == 8
