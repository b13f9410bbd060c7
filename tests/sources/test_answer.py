from collections.abc import Mapping
from typing import Any

import pytest

from gateway.model.errors import UpstreamUnavailable
from gateway.sources.answer import SharedAnswer, read


class Names:
    """Makes a list of an answer's names, and remembers how often."""

    def __init__(self) -> None:
        self.count = 0

    def make(self, answer: Mapping[str, Any]) -> list[str]:
        self.count += 1
        return [one["Name"] for one in answer["Items"]]


def test_what_is_made_of_a_shared_answer_is_made_once() -> None:
    """However many are told the same answer, its items are read once, and they are the same objects for all."""
    names, answer = Names(), SharedAnswer({"Items": [{"Name": "a"}, {"Name": "b"}]})
    first, second = read("hq", names.make, answer), read("hq", names.make, answer)

    assert first == ["a", "b"]
    assert second is first
    assert names.count == 1


def test_what_another_makes_of_it_is_another_thing() -> None:
    """A page and a count of the same answer do not get in each other's way."""
    answer = SharedAnswer({"Items": [], "Total": 7})

    assert read("hq", Names().make, answer) == []
    assert read("hq", lambda one: one["Total"], answer) == 7


@pytest.mark.parametrize("answer", [{"Items": [{}]}, SharedAnswer({"Items": 7}), SharedAnswer({})])
def test_what_cannot_be_understood_is_an_outage_for_all(answer: Mapping[str, Any]) -> None:
    """An answer of another form makes its source unavailable for everyone who is told it, shared or not."""
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable, match="hq answered something that is not its service's"):
            read("hq", Names().make, answer)
