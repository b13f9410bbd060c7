import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.fleet.documents import Place, Step, WrongFile, decoded, documents

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('abZ"\\ü\n', max_size=4), inner, max_size=4),
    max_leaves=12,
)


def ways(value: object, before: tuple[Step, ...] = ()) -> list[tuple[tuple[Step, ...], Any]]:
    """Every value inside a value, with the way to it."""
    steps: list[tuple[Step, Any]] = []
    if isinstance(value, dict):
        steps = [*value.items()]
    if isinstance(value, list):
        steps = [*enumerate(value)]
    return [(before, value)] + [way for step, inner in steps for way in ways(inner, (*before, step))]


@given(
    st.lists(VALUES, min_size=1, max_size=3), st.sampled_from([None, 0, 2]), st.sampled_from(["\n", " \r\n\t", "\n\n"])
)
def test_documents_follow_each_other(values: list[Any], indent: int | None, space: str) -> None:
    """Pages that were appended to one file are all read, in order."""
    text = space.join(json.dumps(value, indent=indent) for value in values) + space

    assert [document.value for document in documents(text)] == values


@given(VALUES, st.sampled_from([0, 1, 4]))
def test_a_line_is_where_the_value_is(value: object, indent: int) -> None:
    """The line that is told has the value in it, whatever stands before."""
    text = "\n[7]\n" + json.dumps(value, indent=indent)
    (_, document) = documents(text)
    lines = text.split("\n")
    for way, inner in ways(value):
        if _unmistakable(way):
            line = lines[document.place.within(*way).line - 1]

            assert json.dumps(inner, indent=indent).split("\n")[0] in line


def _unmistakable(way: tuple[Step, ...]) -> bool:
    """Members whose names do not differ by the case of the first letter only."""
    return all(isinstance(step, int) or not step[:1].islower() or step[:1] != "z" for step in way)


def test_a_place_that_is_not_there_is_that_of_what_is_around_it() -> None:
    """A missing member is told by the line where its object begins."""
    text = '{"Devices": [\n  {},\n  {"DeviceId": "A",\n   "Type": "button"}\n]}'
    place = Place(text, 0)

    assert place.within("Devices", 0, "DeviceId").line == 2
    assert place.within("Devices", 1, "Arn").line == 3
    assert place.within("Devices", 1, "Type").line == 4
    assert place.within("Devices", 1, "Type", "x").line == 4
    assert place.within("Devices", 9).line == 1
    assert place.within("Devices", 1, "Type").name == "Devices[1].Type"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: there is no JSON document"),
        (" \n\t\r\n", "line 1: there is no JSON document"),
        ("{", "line 1: this is not JSON"),
        ('{"Devices": [}]}', "line 1: this is not JSON"),
        ('{"Devices":\n [1,\n x]}', "line 3: this is not JSON"),
        ('{}\n{"a": 1,}', "line 2: this is not JSON"),
        ("{}\n\nAn error occurred", "line 3: this is not JSON"),
        ('{}\n{"a":\nNaN}', "line 2: this is not JSON: NaN is not a number"),
        ("{}\n" + "[" * 100_000, "line 2: this is not an answer: too deeply nested"),
        ("[" + "9" * 5_000 + "]", "line 1: this is not JSON: "),
    ],
)
def test_what_is_no_json_is_told_by_its_line(text: str, told: str) -> None:
    """An error message that was redirected into the file, a half copied page, a merge gone wrong."""
    with pytest.raises(WrongFile) as refusal:
        documents(text)

    assert str(refusal.value).startswith("nothing was imported\n" + told)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_says_how_it_is_encoded(encoding: str) -> None:
    """Windows PowerShell writes UTF-16 with a byte order mark when output is redirected."""
    assert decoded('{"Küche": "会議室"}'.encode(encoding)) == '{"Küche": "会議室"}'


def test_a_file_in_another_encoding_is_told_by_its_line() -> None:
    """A name that an old code page wrote is not guessed at."""
    with pytest.raises(WrongFile, match="line 3: this is not UTF-8 text"):
        decoded('{\n\n"Küche": 1}'.encode("cp1252"))
