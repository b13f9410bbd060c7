"""A schema and the texts that the tests of documents ask it for."""

from hashlib import sha256

import pytest
import strawberry

from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.lookup import DocumentLookup, DocumentName
from gateway.execution.result import RequestRefused


@strawberry.type
class Query:
    @strawberry.field
    def name(self) -> str:
        return "name"


STRAWBERRY = strawberry.Schema(Query)
SCHEMA = STRAWBERRY._schema
NAME, TWICE, WRONG = "{ name }", "{ name again: name }", "{ nothing }"


def documents() -> Documents:
    return Documents(SCHEMA, DocumentOptions())


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def refusal(lookup: DocumentLookup, name: DocumentName) -> tuple[str, str]:
    """Code and message of a request that is refused."""
    with pytest.raises(RequestRefused) as refused:
        lookup.find(name)
    [error] = refused.value.result.errors
    assert refused.value.result.executed is False
    return error["extensions"]["code"], error["message"]
