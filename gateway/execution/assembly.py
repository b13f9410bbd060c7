from typing import Any

from gateway.execution.parts import Fields, Items, Part, Path


class Assembly:
    """What an answer in parts amounts to, so far. Holds copies: what is added may be written as it came."""

    def __init__(self) -> None:
        self.data: dict[str, Any] | None = None
        self._paths: dict[str, Path] = {}

    def add(self, part: Part) -> None:
        self.expect(part)
        for patch in part.patches:
            self.patch(patch)

    def expect(self, part: Part) -> None:
        """Take the part's result, and take note of what is pending; its patches come after, one by one."""
        if part.result is not None:
            self.data = _copied(part.result.data)
        self._paths.update((pending.id, pending.path) for pending in part.pending)

    def patch(self, patch: Fields | Items) -> None:
        if isinstance(patch, Fields):
            self.at((*self._paths[patch.id], *patch.sub_path)).update(_copied(patch.data))
        else:
            self.at(self._paths[patch.id]).extend(_copied(patch.items))

    def at(self, path: Path) -> Any:  # noqa: ANN401  # JSON is any of its types
        value: Any = self.data
        for step in path:
            value = value[step]
        return value


def _copied(value: Any) -> Any:  # noqa: ANN401  # JSON is any of its types
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
