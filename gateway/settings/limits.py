from typing import Annotated

from msgspec import Meta

from gateway.settings.kinds import Positive, Seconds, group


@group
class LimitSettings:
    """What one request may ask for."""

    page_size: Positive = 20
    """Items of a page where neither first nor last is given."""
    page_maximum: Positive = 100
    """The largest first or last."""
    scan_limit: Positive = 5000
    """Items read of a source for one page where its service cannot filter or sort."""
    deadline: Seconds = 30.0
    """Seconds an operation may take."""
    maximum_body: Positive = 1_048_576
    """Bytes of a request's body."""
    maximum_headers: Positive = 65_536
    """Bytes of a request's line and headers."""
    maximum_batch: Annotated[int, Meta(ge=0, le=10)] = 0
    """Operations of one request, sent as a JSON array; 0 takes no arrays."""
    maximum_document: Positive = 100_000
    """Bytes of a document."""
    maximum_tokens: Positive = 2_000
    """Lexical tokens of a document."""
    maximum_depth: Positive = 16
    """Fields nested in each other, through fragments."""
    maximum_aliases: Positive = 30
    """Aliases of an operation."""
    maximum_directives: Positive = 20
    """Directives of an operation."""
    maximum_root_fields: Positive = 20
    """Fields at the root of an operation."""
    maximum_fields: Positive = 500
    """Fields of an operation, fragments counted where spread."""
    maximum_overlaps: Positive = 3_000
    """Pairs of fields that answer under the same name at the same place; validation compares each."""
    maximum_variables: Positive = 65_536
    """Bytes, roughly, of a request's variables."""
    maximum_cost: Positive = 25_000
    """Cost of a request, all operations of a batch together, in units of the graph's @cost."""

    def check_pages(self) -> None:
        """Raise ValueError where what is asked for unless said is refused."""
        if self.page_size > self.page_maximum:
            message = "page_size is larger than page_maximum"
            raise ValueError(message)
