"""Scalars for arguments: what the gateway answered with before, what its limits are, what should never get through."""

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from gateway.model.ids import GlobalId, NodeKind

SEEN: Final = 60
KEPT_SHARE: Final = 0.4
HOSTILE: Final = 0.12
"""The share of values that are made to break something."""

STRINGS: Final = (
    *("", " ", "\x00", "\n", "%", "_", "\\", "'", '"', "*", "a" * 300, "a" * 5000, "ß", "İ", "ﬃ", "é", "e\u0301"),
    *(
        "\U0001d49c" * 60,
        "\u202e",
        "\ufeff",
        "\uffff",
        "\U0010ffff",
        "null",
        "-1",
        "0",
        "1e400",
        "../..",
        "arn:",
        "C-",
        "C-ß",
    ),
    *("G030PM0000000000", "g030pm0000000000", "arn:aws:iot1click:us-west-2:123456789012:devices/G030PM0000000000"),
    *("arn:aws:a4b:us-east-1:123456789012:device/x/y", "arn:aws:iot1click:us-west-2:000000000000:devices/\x00"),
)
NUMBERS: Final = (0, -1, 1, 100, 101, 2**31 - 1, -(2**31))
TIMES: Final = (
    *("yesterday", "", "2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-12:00"),
    *(
        "2026-06-30T23:59:60Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00.123456789Z",
        "20260101T000000Z",
        "10000-01-01T00:00:00Z",
    ),
)
JSONS: Final[tuple[object, ...]] = (
    *(
        None,
        True,
        0,
        -0.0,
        1e308,
        2**63,
        2**70,
        "",
        "\x00",
        [],
        {},
        [[[[[[[[]]]]]]]],
        {"": ""},
        {"a": {"b": [None, 1.5]}},
    ),
    *({"callback": 1}, {"callback": None}, {"deviceId": "x"}, {"callback": "x" * 5000}),
    {"callback": "arn:aws:lambda:us-west-2:123456789012:function:on-click"},
    {
        "callback": "arn:aws:lambda:us-west-2:123456789012:function:health",
        "condition": {"remainingLifeLowerThan": 20},
    },
)
WORDS: Final = (
    "SINGLE",
    "DOUBLE",
    "CONNECTION_STATUS",
    "DEVICE_STATUS",
    "button",
    "DEVICE_SOFTWARE_UPDATE_NEEDED",
    "a",
    "e",
    "o",
)


class Values:
    """Draws values by the name that they go by in the schema; `seen` is what answers, and the fleet's makers, told."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.seen: dict[str, deque[object]] = defaultdict(lambda: deque(maxlen=SEEN))
        self.kept: dict[str, list[object]] = defaultdict(list)

    def see(self, name: str, value: object) -> None:
        if value not in self.seen[name]:
            self.seen[name].append(value)

    def keep(self, name: str, *values: object) -> None:
        """Values that must be tried often: they lead to places that few others do."""
        self.kept[name] += values

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def text(self, name: str) -> object:
        """A String by its argument's or input field's name."""
        if self.chance(HOSTILE):
            return self.random.choice(STRINGS)
        if name == "clientMutationId":
            return f"mutation {self.random.randrange(10)}"
        if name in {"key", "keys"} and self.chance(0.5):
            return f"key {self.random.randrange(80)}"
        if name == "value" and self.chance(0.5):
            return self.random.choice(("", "1", "Front door", "ß" * 30))
        if name == "nameContains":
            return self.random.choice(("a", "e", "Echo", "DOOR", "ß", "zz"))
        return self._known(name, WORDS)

    def identity(self, *, to_be_lost: bool = False) -> object:
        """An ID: of something that is there, of what never was, or none at all; what is kept is not to be lost."""
        if to_be_lost:
            return self.random.choice([one for one in self.seen["id"] if one not in self.kept["id"]] or STRINGS)
        if not self.chance(HOSTILE):
            return self._known("id", STRINGS)
        kind, source = self.random.choice([*NodeKind]), self._known("source", ("nowhere",))
        made = GlobalId(kind, str(source), self.random.choice(STRINGS))
        return self.random.choice((made.encode(), made.encode()[:-1], 7, self.random.choice(STRINGS)))

    def cursor(self) -> object:
        """A cursor of some list, whole or damaged."""
        found = str(self._known("cursor", STRINGS))
        place = self.random.randrange(len(found) + 1)
        return self.random.choice((found, found[:place], found[:place] + "A" + found[place + 1 :]))

    def number(self) -> object:
        return self.random.choice(NUMBERS)

    def moment(self) -> object:
        if self.chance(HOSTILE):
            return self.random.choice(TIMES)
        ago = timedelta(hours=self.random.randrange(24 * 40))
        return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds")

    def json(self) -> object:
        return self.random.choice(JSONS)

    def one_of(self, values: Iterable[object]) -> object:
        return self.random.choice([*values])

    def _known(self, name: str, otherwise: Iterable[object]) -> object:
        kept = self.kept.get(name)
        if kept and self.chance(KEPT_SHARE):
            return self.random.choice(kept)
        return self.random.choice([*(self.seen.get(name) or kept or otherwise)])
