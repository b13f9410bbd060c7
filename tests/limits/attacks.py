"""Documents that ask for too much, by the names of the security checklist, and the limit that each passes."""

from collections.abc import Mapping


def many(part: str, count: int) -> str:
    return " ".join(part.format(number) for number in range(count))


ATTACKS: Mapping[str, tuple[str, str]] = {
    "alias overloading": ("{ " + many("alias{}: __typename", 101) + " }", "maximum_aliases"),
    "field duplication": ("{ " + many("__typename", 500) + " }", "maximum_root_fields"),
    "field duplication below": ("{ sources { " + many("name", 501) + " } }", "maximum_fields"),
    "directive overloading": ("{ __typename " + many("@aa", 21) + " }", "maximum_directives"),
    "directives on the operation": ("query " + many("@aa", 21) + " { __typename }", "maximum_directives"),
    "deep nesting": ("{ devices { nodes { source" + " { source" * 20 + " { name" + " }" * 24, "maximum_depth"),
    "3000 braces": ("{ a " * 3000, "maximum_depth"),
    "huge token count": ("{ " + many("a{}", 3000) + " }", "maximum_tokens"),
    "1 MB literal": ('{ node(id: "' + "x" * 1_000_000 + '") { id } }', "maximum_document"),
    "1 MB block literal": ('{ node(id: """' + "\n " * 500_000 + '""") { id } }', "maximum_document"),
    "600 spreads of one fragment": (
        "{ sources { " + many("...F", 600) + " } } fragment F on Source { name region }",
        "maximum_fields",
    ),
    "overlapping spreads": (
        "{ sources { " + many("...F", 490) + " } } fragment F on Source { name }",
        "maximum_overlaps",
    ),
    "overlapping fields": ("{ sources { " + many("name", 490) + " } }", "maximum_overlaps"),
    "overlapping selections": (
        "{ devices { nodes { " + many("events(first: 1) {{ nodes {{ id }} }}", 120) + " } } }",
        "maximum_overlaps",
    ),
    "overlapping fragments": (
        "{ devices { nodes { "
        + many("...F{}", 90)
        + " } } } "
        + many("fragment F{} on Device {{ source {{ name }} }}", 90),
        "maximum_overlaps",
    ),
    "exponential fragments": (
        "{ sources { ...F0 } } "
        + " ".join(f"fragment F{n} on Source {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
        + " fragment F30 on Source { name }",
        "maximum_fields",
    ),
}
