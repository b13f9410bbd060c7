"""Who may run an operation, read off the schema's @authenticated and @requiresScopes once for each document.

An operation is held to it as a whole and before anything runs, so that there is no other way to a field: not by alias,
by fragment, by interface, by subscription or in a part that comes later.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from gateway.execution.reflection import schema_directive
from gateway.execution.selected import Selected, SelectedField
from gateway.model.caller import Caller


class Requirement(Struct, frozen=True):
    """Whoever selects the field must be known, and hold all scopes of one of the sets where there are any."""

    field: str
    any_of: tuple[frozenset[str], ...]

    def is_met_by(self, caller: Caller) -> bool:
        return caller.is_admitted and (not self.any_of or any(map(caller.scopes.issuperset, self.any_of)))

    @property
    def words(self) -> str:
        """What it needs, for the caller."""
        scopes = " or ".join(" and ".join(sorted(needed)) for needed in self.any_of)
        return f"{self.field} needs {scopes or 'credentials'}."


def requirements_of(selected: Mapping[str | None, Selected]) -> Mapping[str | None, tuple[Requirement, ...]]:
    """What each operation requires, by its name."""
    return {name: _requirements(fields.values()) for name, fields in selected.items()}


def _requirements(fields: Iterable[SelectedField]) -> tuple[Requirement, ...]:
    found = {
        Requirement(f"{field.parent.name}.{field.name}", any_of)
        for field in fields
        for guarded in (field.parent, field.definition, field.gives)
        if (any_of := _any_of(guarded)) or schema_directive(guarded, "authenticated") is not None
    }
    # Whether one is met depends on its scopes alone, and most fields need the same: it is asked once, for the first.
    first: dict[tuple[frozenset[str], ...], Requirement] = {}
    for requirement in sorted(found, key=lambda each: each.field):
        first.setdefault(requirement.any_of, requirement)
    return tuple(first.values())


def _any_of(guarded: object) -> tuple[frozenset[str], ...]:
    directive = schema_directive(guarded, "requiresScopes")
    return () if directive is None else tuple(frozenset(scopes) for scopes in directive.scopes)
