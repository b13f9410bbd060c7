"""Patterns of service models, which are Java's, as patterns of Python's `regex`."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

_TOKENS = re.compile(r"\\u10000-\\u10FFFF|\\p\{IsLetter\}|\\.|\[|\]|\.")
_ANYWHERE = {
    # Java reads this as a short range and two letters; the services meant, and took, the planes beyond the BMP.
    r"\u10000-\u10FFFF": r"\U00010000-\U0010FFFF",
    r"\p{IsLetter}": r"\p{L}",
}
_IN_CLASS = {r"\w": "a-zA-Z_0-9", r"\d": "0-9"}
_OUTSIDE = {r"\w": "[a-zA-Z_0-9]", r"\d": "[0-9]", ".": r"[^\n\r\u0085\u2028\u2029]"}


@cache
def compiled(java_pattern: str) -> "regex.Pattern[str]":
    """Compile a pattern of a model; it is meant to match a whole string (`fullmatch`)."""
    import regex  # noqa: PLC0415  # it is slow to import, and few requests hold anything against a pattern

    return regex.compile(translate(java_pattern))


def translate(java_pattern: str) -> str:
    r"""Write a Java pattern so that `regex` matches the same strings: Java's `\w` and `\d` are ASCII only."""
    in_class = False
    parts: list[str] = []
    position = 0
    for token in _TOKENS.finditer(java_pattern):
        parts.append(java_pattern[position : token.start()])
        text = token.group()
        own = _IN_CLASS if in_class else _OUTSIDE
        parts.append(_ANYWHERE.get(text) or own.get(text, text))
        in_class = text == "[" or (in_class and text != "]")
        position = token.end()
    return "".join([*parts, java_pattern[position:]])
