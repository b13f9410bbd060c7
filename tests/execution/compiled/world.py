"""What the fields of the nasty schema come to: decided by a seed and where the field is, so the same for every run."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from random import Random
from typing import Final

LONGEST: Final = 3
DEEPEST: Final = 6


class Colour(Enum):
    RED = "red"
    GREEN = 2
    SECRET = "not in the graph"


VALUES: Final = {
    "String": ("", "text", 7, True, 1.5, b"bytes"),
    "Int": (0, -5, 2**31 - 1, 2**31, True, "12", "twelve", 2.0, 2.5),
    "Float": (0.5, 3, float("inf"), float("nan"), "1.5", "x", True, -0.0),
    "Boolean": (True, False, 1, 0, 0.0, "yes"),
    "ID": ("id", 7, 2.5, b"id"),
    "Colour": (Colour.RED, Colour.GREEN, "red", "RED", 2, [], Colour.SECRET),
    "Day": (date(2026, 1, 31), "2026", None),
    "JSON": ({"a": [1, None]}, [], "text", 1),
    "Picky": ("fine", "refuse", "nothing"),
}
"""The first ones are as they should be, more or less; the others are not what the type is."""


class Odd:
    def __repr__(self) -> str:
        return "<odd>"


ODD: Final = Odd()


class Refused(Exception):
    """Of a resolver; some have a message of their own, some extensions, which graphql-core hands on."""

    def __init__(self, message: str, extensions: dict[str, object] | None = None) -> None:
        super().__init__(message)
        if extensions is not None:
            self.extensions = extensions


@dataclass(frozen=True, eq=False)
class World:
    """`trouble` is the share of values that are not as they should be, at random."""

    seed: int
    trouble: float

    def value(self, key: str, kind: str, wrapping: str) -> object:
        """A value for a field of that type; `wrapping` is like `[[T!]]!`, of which T is the type."""
        return self._wrapped(self.random(key), key, kind, wrapping)

    def _wrapped(self, random: Random, key: str, kind: str, wrapping: str) -> object:
        wrapping = wrapping.removesuffix("!")
        if random.random() < self.trouble:
            return self._trouble(random, key)
        if not wrapping.startswith("["):
            return self._single(random, key, kind)
        items = [
            self._maybe_later(random, self._wrapped(random, f"{key}.{index}", kind, wrapping[1:-1]))
            for index in range(random.randrange(LONGEST + 1))
        ]
        return random.choice((list, list, tuple, iter, _failing_half, _asynchronous))(items)

    def _trouble(self, random: Random, key: str) -> object:
        kinds = (None, None, ValueError(f"returned by {key}"), ODD, 5)
        return random.choice(kinds)

    def _single(self, random: Random, key: str, kind: str) -> object:
        if kind not in VALUES:
            names = {"Anything": "ABC", "Base": "ABC", "Named": "BC", "Either": "AB", "Slow": "AB"}.get(kind, kind)
            return Thing(self, key, random.choice(names))
        values = VALUES[kind]
        return random.choice(values if random.random() < self.trouble else values[:2])

    def _maybe_later(self, random: Random, value: object) -> object:
        return Later(value, random.randrange(2)) if random.random() < self.trouble / 2 else value

    def random(self, what: str) -> Random:
        return Random(f"{self.seed} {what}")  # noqa: S311 - no secret

    def raises(self, key: str) -> Exception | None:
        random = self.random(f"raises {key}")
        if random.random() > self.trouble / 2:
            return None
        return random.choice((ValueError(f"raised by {key}"), Refused(f"refused by {key}", {"code": key}), KeyError()))

    def ticks(self, key: str) -> int:
        return self.random(f"ticks {key}").randrange(3)


class Thing:
    """An object of the model: whatever is asked of it is made up by the world."""

    def __init__(self, world: World, key: str, kind: str) -> None:
        self.world, self.key, self.kind = world, key, kind

    def __repr__(self) -> str:
        return f"<{self.kind} {self.key}>"

    def __getattr__(self, name: str) -> object:
        if name.startswith("_") or "_of_" not in name:
            raise AttributeError(name)
        key = f"{self.key}.{name}"
        if (error := self.world.raises(key)) is not None:
            raise error
        shape, kind = name.rsplit("_of_", 1)
        return self.world.value(key, KINDS[kind], WRAPPINGS[shape.rsplit("_", 1)[-1]])


WRAPPINGS: Final = {
    "one": "T",
    "must": "T!",
    "list": "[T]",
    "items": "[T!]",
    "mustlist": "[T]!",
    "mustitems": "[T!]!",
    "lists": "[[T]]",
    "mustlists": "[[T!]!]!",
}
KINDS: Final = {
    **{name.lower(): name for name in VALUES},
    **{name.lower(): name for name in ("A", "B", "C", "Base", "Named", "Either", "Anything", "Slow")},
}


class Later:
    """Something to await that nobody misses."""

    def __init__(self, value: object, ticks: int) -> None:
        self.value, self.ticks = value, ticks

    def __await__(self) -> object:
        return later(self.value, self.ticks).__await__()


async def later(value: object, ticks: int) -> object:
    for _ in range(ticks):
        await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


def future(value: object) -> Awaitable[object]:
    made = asyncio.get_running_loop().create_future()
    made.get_loop().call_soon(lambda: made.done() or made.set_result(value))
    return made


def _failing_half(items: list[object]) -> object:
    """Gives half of them, and then fails."""
    yield from items[: len(items) // 2]
    if items:
        raise ValueError("the list broke off")


async def _asynchronous(items: list[object]) -> object:
    for item in items:
        await asyncio.sleep(0)
        yield item
