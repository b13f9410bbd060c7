"""What the graph says of its cost (IBM's GraphQL Cost Directives); gateway.execution.cost adds it up.

The unit is about one object of an answer. An object costs 1 and a scalar nothing, unless `@cost` says otherwise; a
field's own weight comes once wherever the field does, and stands for the upstream calls that it takes.
"""

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.ARGUMENT_DEFINITION, Location.FIELD_DEFINITION, Location.OBJECT],
    name="cost",
    description="What it costs: a field beside what it returns (else 0), a type each time (else 1), "
    "an argument where it is given (else 0). IBM's GraphQL Cost Directives.",
)
class Cost:
    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How long the list is taken to be: by the largest of its slicing arguments, a list counting by its "
    "length; without them `assumedSize`. Where there are `sizedFields` it is their lists that are meant. "
    "IBM's GraphQL Cost Directives.",
)
class ListSize:
    assumed_size: int | None = strawberry.UNSET
    slicing_arguments: list[str] | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET
    require_one_slicing_argument: bool | None = True


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="rateLimit",
    description="Each selection of the field counts against the caller's rate of that name; all of an operation's "
    "before it is begun.",
)
class RateLimit:
    name: str


UPSTREAM_READ = Cost(weight="5")
"""A call to a service, for each object that the field is selected on."""

COUNT = Cost(weight="20")
"""Counting a list, which may read it to the scan limit."""

SEARCH = Cost(weight="20")
"""A filter or an order, which may read the list to the scan limit where the service cannot do it."""

MUTATION = Cost(weight="10")

FREE = Cost(weight="0")
"""What only wraps other objects: an edge, a page's information."""

PAGE = ListSize(
    assumed_size=20,
    slicing_arguments=["first", "last"],
    sized_fields=["edges", "nodes"],
    require_one_slicing_argument=False,
)
"""A connection; assumed is the default of the setting page_size."""

IDS = ListSize(slicing_arguments=["ids"], require_one_slicing_argument=False)
REPRESENTATIONS = ListSize(slicing_arguments=["representations"], require_one_slicing_argument=False)
TAGS = ListSize(assumed_size=10)
ATTRIBUTES = ListSize(assumed_size=5)
METHODS = ListSize(assumed_size=5)
STATUS_DETAILS = ListSize(assumed_size=5)
SOURCES = ListSize(assumed_size=4)
USER_ERRORS = ListSize(assumed_size=1)

CLAIMS = RateLimit(name="claims")
"""Claim codes and device ids that could be guessed: the setting claim_rate."""
