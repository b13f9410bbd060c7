from pathlib import Path

from gateway.cli.schema import printed

FILE = Path(__file__).parents[2] / "schema.graphql"


def test_the_schema_file_is_the_graph() -> None:
    """The file that clients build from is what the code prints; `gateway schema print > schema.graphql` makes it so."""
    assert FILE.read_text() == printed()
