"""Answers in parts as clients read them. Pure."""

from enum import StrEnum
from typing import Any

from gateway.execution.assembly import Assembly
from gateway.execution.body import as_json_value, write_body, write_json
from gateway.execution.parts import Completed, Fields, Items, Part, Path, Pending


class IncrementalSpec(StrEnum):
    """How the parts are told of: by the ids of what is pending, or as the proposal of 2022-08-24 had it."""

    V0_2 = "v0.2"
    OF_2022 = "20220824"


class PartWriter:
    """Writes https://specs.apollo.dev/incremental/v0.2, as graphql-js 17 does."""

    def write(self, part: Part) -> bytes:
        if part.result is not None and not part.has_next:
            return write_body(part.result)
        body = as_json_value(part.result) if part.result is not None else {}
        if part.pending:
            body["pending"] = [_pending(one) for one in part.pending]
        if part.patches:
            body["incremental"] = [_patch(one) for one in part.patches]
        if part.completed:
            body["completed"] = [_completed(one) for one in part.completed]
        return write_json(_ended(body, part))


class PartWriterOf2022:
    """Writes what graphql-spec's pull request 742 had at 48cf7263 (`deferSpec=20220824`): paths instead of ids."""

    def __init__(self) -> None:
        self._assembly = Assembly()
        self._pending: dict[str, Pending] = {}

    def write(self, part: Part) -> bytes:
        if part.result is not None and not part.has_next:
            return write_body(part.result)
        body = as_json_value(part.result) if part.result is not None else {}
        self._assembly.expect(part)
        self._pending.update((one.id, one) for one in part.pending)
        incremental = [self._patch(one) for one in part.patches]
        incremental += [self._failure(one) for one in part.completed if one.errors]
        if incremental:
            body["incremental"] = incremental
        return write_json(_ended(body, part))

    def _patch(self, patch: Fields | Items) -> dict[str, Any]:
        pending = self._pending[patch.id]
        if isinstance(patch, Fields):
            told: dict[str, Any] = {"data": patch.data, "path": (*pending.path, *patch.sub_path)}
        else:
            told = {"items": patch.items, "path": self._end(pending.path)}
        self._assembly.patch(patch)
        return _with_errors(_labelled(told, pending), patch.errors)

    def _failure(self, completed: Completed) -> dict[str, Any]:
        pending = self._pending[completed.id]
        if isinstance(self._assembly.at(pending.path), list):
            told: dict[str, Any] = {"items": None, "path": self._end(pending.path)}
        else:
            told = {"data": None, "path": pending.path}
        return _with_errors(_labelled(told, pending), completed.errors)

    def _end(self, path: Path) -> Path:
        """Where the next item of a list goes."""
        return *path, len(self._assembly.at(path))


def _pending(pending: Pending) -> dict[str, Any]:
    return _labelled({"id": pending.id, "path": pending.path}, pending)


def _patch(patch: Fields | Items) -> dict[str, Any]:
    told: dict[str, Any] = {"id": patch.id}
    if isinstance(patch, Items):
        told["items"] = patch.items
    else:
        told["data"] = patch.data
        if patch.sub_path:
            told["subPath"] = patch.sub_path
    return _with_errors(told, patch.errors)


def _completed(completed: Completed) -> dict[str, Any]:
    return _with_errors({"id": completed.id}, completed.errors)


def _labelled(told: dict[str, Any], pending: Pending) -> dict[str, Any]:
    return told if pending.label is None else told | {"label": pending.label}


def _with_errors(told: dict[str, Any], errors: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return told | {"errors": errors} if errors else told


def _ended(body: dict[str, Any], part: Part) -> dict[str, Any]:
    cost = {} if part.cost is None else {"extensions": {"cost": part.cost.as_extension()}}
    return body | {"hasNext": part.has_next} | cost
