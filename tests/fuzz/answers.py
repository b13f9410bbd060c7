"""What an answer reached, and what it tells for documents to come."""

from collections.abc import Iterator, Mapping, Sequence

from tests.fuzz.coverage import Coverage, answered
from tests.fuzz.documents import PAGING, Continuation, Documents, Selected

TOLD = {
    **dict.fromkeys(("startCursor", "endCursor"), "cursor"),
    **{name: name for name in ("id", "arn", "deviceId", "serialNumber", "firstName", "lastName", "email", "cursor")},
    **{name: name for name in ("key", "methodName", "deviceType", "claimCode", "type")},
    "code": "statusDetail",
    "name": "roomName",
}
"""The fields whose values are used again, and by which name."""


def read_answer(documents: Documents, selected: Sequence[Selected], data: Mapping[str, object]) -> None:
    _read(documents, selected, {"__typename": selected[0].goal.partition(".")[0], **data})


def _read(documents: Documents, selected: Sequence[Selected], found: Mapping[str, object]) -> None:
    for one in selected:
        if found["__typename"] in one.on and (value := found.get(one.key)) is not None:
            _reach(documents.coverage, one, value)
            _remember(documents, one, value, found.get("id"))
            for child in _objects(value):
                _read(documents, one.children, child)


def _reach(coverage: Coverage, one: Selected, value: object) -> None:
    for goal in {one.goal, *one.given}:
        coverage.reach(goal)
    if one.enum is not None:
        coverage.reach(answered(one.enum, str(value)))


def _remember(documents: Documents, one: Selected, value: object, identity: object) -> None:
    owner, _, name = one.goal.partition(".")
    if name in TOLD and isinstance(value, str) and not (name == "id" and "Event" in owner):
        documents.values.see(TOLD[name], value)
    if "first" not in one.arguments and "last" not in one.arguments:
        return
    page = next((child for child in one.children if child.goal.endswith(".pageInfo")), None)
    info = value.get(page.key) if page and isinstance(value, Mapping) else None
    cursor = info.get("endCursor") if info else None
    if isinstance(cursor, str) and (owner == "Query" or isinstance(identity, str)):
        arguments = {key: given for key, given in one.arguments.items() if key not in PAGING}
        parent = None if owner == "Query" else str(identity)
        documents.continuations.append(Continuation(owner, name, parent, arguments, cursor))
        del documents.continuations[:-40]


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, Mapping) and "__typename" in value:
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)
