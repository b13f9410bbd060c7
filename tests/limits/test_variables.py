import pytest

from gateway.limits.passed import LimitPassed
from gateway.limits.variables import check_variables


@pytest.mark.parametrize(
    "variables",
    [
        {"text": "x" * 1000},
        {"list": ["" for _ in range(200)]},
        {"nested": [[[["x" * 1000]]]]},
        {"x" * 1000: 1},
        {str(number): number for number in range(200)},
    ],
)
def test_large_variables_are_refused(variables: dict[str, object]) -> None:
    """Variables beyond the limit are refused, wherever in them the size is."""
    with pytest.raises(LimitPassed, match="more than 1000 bytes") as refusal:
        check_variables(variables, 1000)

    assert refusal.value.limit == "maximum_variables"


def test_variables_within_the_limit_pass() -> None:
    """What real clients send passes."""
    assert check_variables({"input": {"id": "x" * 100, "tags": [{"key": "Name", "value": "Door"}]}}, 1000) is None
    assert check_variables({}, 1000) is None
