from pathlib import Path

import pytest

from tests.cli.typed import typed


def test_a_schema_that_was_printed_is_true(tmp_path: Path) -> None:
    """What is printed is what is compared with: nothing is said, and all is well."""
    file = tmp_path / "schema.graphql"
    file.write_text(typed("schema", "print").out, "utf-8")

    told = typed("schema", "check", str(file))

    assert (told.code, told.out, told.err) == (0, "", "")


def test_what_differs_is_shown(tmp_path: Path) -> None:
    """A pipeline stops, and its log says where; the file is left as it is."""
    file = tmp_path / "schema.graphql"
    file.write_text(typed("schema", "print").out + "scalar Mine\n", "utf-8")
    before = file.read_bytes()

    told = typed("schema", "check", str(file))

    assert (told.code, "-scalar Mine" in told.out.splitlines()) == (1, True)
    assert told.err == f"gateway: {file} is not true any more: gateway schema print > {file}\n"
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "words"), [(None, "there is no file {0}; make it with"), (b"\xff", "cannot read {0}: 'utf-8' codec")]
)
def test_what_is_no_schema_is_told(tmp_path: Path, content: bytes | None, words: str) -> None:
    """A file that is missing, or no text, is named."""
    file = tmp_path / "schema.graphql"
    if content is not None:
        file.write_bytes(content)

    told = typed("schema", "check", str(file))

    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(f"gateway: {words.format(file)}")
