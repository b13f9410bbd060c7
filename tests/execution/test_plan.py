from enum import Enum

import pytest
import strawberry
from graphql import OperationType

from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.plan import Plan, make_plan
from gateway.execution.result import ErrorCode, RequestRefused


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.input(one_of=True)
class By:
    id: strawberry.ID | None = strawberry.UNSET
    arn: str | None = strawberry.UNSET


@strawberry.type
class Query:
    @strawberry.field
    def paint(self, colour: Colour, times: int = 2) -> str:
        return colour.value * times

    @strawberry.field
    def device(self, by: By) -> str:
        return str(by)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> int:
        yield 1


SCHEMA = strawberry.Schema(Query, subscription=Subscription)._schema


def plan(text: str, name: str | None = None, variables: dict | None = None) -> Plan:
    return make_plan(Documents(SCHEMA, DocumentOptions()).read(text), name, variables or {}, 3.0)


def refusal(text: str, name: str | None = None, variables: dict | None = None) -> dict:
    with pytest.raises(RequestRefused) as refused:
        plan(text, name, variables)
    assert len(refused.value.result.errors) == 1
    return refused.value.result.errors[0]


def test_the_only_operation_needs_no_name() -> None:
    """One operation is meant without being named, whether it has a name or not."""
    assert plan("{ __typename }").operation.operation is OperationType.QUERY
    assert plan("query A { __typename }").is_mutation is False


def test_one_of_several_operations_is_named() -> None:
    """A document may hold several operations; the name chooses."""
    chosen = plan("query A { __typename } query B { __typename }", "B").operation

    assert chosen.name is not None
    assert chosen.name.value == "B"


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("query A { __typename } query B { __typename }", None, "operationName is needed"),
        ("query A { __typename }", "B", "no operation named 'B'"),
        ("{ __typename }", "B", "no operation named 'B'"),
        ("subscription { ticks }", None, "not supported over this transport"),
    ],
)
def test_an_operation_that_cannot_be_run_is_explained(text: str, name: str | None, words: str) -> None:
    """The refusal says which operation is missing."""
    error = refusal(text, name)

    assert words in error["message"]
    assert error["extensions"] == {"code": ErrorCode.OPERATION_RESOLUTION_FAILURE}


def test_variables_are_coerced_with_their_defaults() -> None:
    """A resolver gets a variable as its type says; what is not given has the operation's default."""
    coerced = plan("query($c: Colour!, $n: Int = 3) { paint(colour: $c, times: $n) }", variables={"c": "RED"}).variables

    assert coerced.coerced == {"c": Colour.RED, "n": 3}


@pytest.mark.parametrize(
    ("text", "variables", "argument"),
    [
        ("query($c: Colour!) { paint(colour: $c) }", {}, "$c"),
        ("query($c: Colour!) { paint(colour: $c) }", {"c": "BLUE"}, "$c"),
        ("query($n: Int!) { paint(colour: RED, times: $n) }", {"n": "3"}, "$n"),
        ("query($n: Int!) { paint(colour: RED, times: $n) }", {"n": 2**31}, "$n"),
        ("query($n: Int!) { paint(colour: RED, times: $n) }", {"n": True}, "$n"),
    ],
)
def test_a_variable_of_the_wrong_type_is_named(text: str, variables: dict, argument: str) -> None:
    """The refusal says which variable is wrong."""
    error = refusal(text, variables=variables)

    assert f"Variable '{argument}'" in error["message"]
    assert error["extensions"] == {"code": ErrorCode.BAD_USER_INPUT, "argument": argument}


@pytest.mark.parametrize("by", [{}, {"id": None}, {"id": "1", "arn": "2"}])
def test_exactly_one_member_of_a_one_of_variable_is_taken(by: dict) -> None:
    """@oneOf holds in variables as it does in the text."""
    error = refusal("query($by: By!) { device(by: $by) }", variables={"by": by})

    assert error["extensions"]["code"] == ErrorCode.BAD_USER_INPUT


def test_few_errors_of_variables_are_told() -> None:
    """A thousand wrong variables are not worth a thousand errors."""
    definitions = " ".join(f"$v{number}: Int!" for number in range(20))
    uses = " ".join(f"a{number}: paint(colour: RED, times: $v{number})" for number in range(20))
    with pytest.raises(RequestRefused) as refused:
        plan(f"query({definitions}) {{ {uses} }}")

    assert len(refused.value.result.errors) == 6
