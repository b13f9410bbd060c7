"""Hypothesis strategies for values of a model's shapes."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from gateway.wire.service import Member, Operation, Shape

_MAX_LENGTH = 12


def inputs(operation: Operation) -> st.SearchStrategy[dict[str, Any]]:
    return _structure(operation.input)


def outputs(operation: Operation) -> st.SearchStrategy[dict[str, Any]]:
    return _structure(operation.output) if operation.output else st.just({})


def _structure(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    values = {name: _member(member) for name, member in shape.members.items()}
    required = {name: value for name, value in values.items() if name in shape.required}
    optional = {name: value for name, value in values.items() if name not in shape.required}
    return st.fixed_dictionaries(required, optional=optional)


def _member(member: Member) -> st.SearchStrategy[Any]:
    if member.location == "uri":
        # An SDK refuses an empty label, and drops a dot segment as URLs ask for.
        return _text(member.shape, at_least=1).filter(lambda text: text not in {".", ".."})
    if member.location == "querystring" and member.shape.type == "list":
        return st.lists(_text(member.shape, at_least=0), min_size=1, max_size=4)
    return _value(member.shape)


def _value(shape: Shape) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one line for each type
    if shape.type == "structure":
        return _structure(shape)
    if shape.type == "list":
        assert shape.element
        return st.lists(_value(shape.element), max_size=3)
    if shape.type == "map":
        assert shape.key
        assert shape.element
        return st.dictionaries(_value(shape.key), _value(shape.element), max_size=3)
    if shape.type == "integer":
        return st.integers(shape.minimum or -(2**31), shape.maximum or 2**31 - 1)
    if shape.type == "double":
        return st.floats(allow_nan=False, allow_infinity=False)
    if shape.type == "boolean":
        return st.booleans()
    if shape.type == "timestamp":
        return st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by timezones=
    return st.sampled_from(shape.enum) if shape.enum else _text(shape, at_least=shape.minimum or 0)


def _text(_shape: Shape, at_least: int) -> st.SearchStrategy[str]:
    characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from("/%+&=;?#: ~.é\U0001f514")
    return st.text(characters, min_size=at_least, max_size=at_least + _MAX_LENGTH)
