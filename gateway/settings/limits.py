from typing import Annotated, Self

from pydantic import Field, model_validator

from gateway.settings.kinds import Group, Positive, Seconds


class LimitSettings(Group):
    """What one request may ask for."""

    page_size: Positive = Field(default=20, description="Items of a page where neither first nor last is given.")
    page_maximum: Positive = Field(default=100, description="The largest first or last.")
    scan_limit: Positive = Field(
        default=5000, description="Items read of a source for one page where its service cannot filter or sort."
    )
    deadline: Seconds = Field(default=30.0, description="Seconds an operation may take.")
    maximum_body: Positive = Field(default=1_048_576, description="Bytes of a request's body.")
    maximum_headers: Positive = Field(default=65_536, description="Bytes of a request's line and headers.")
    maximum_batch: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="Operations of one request, sent as a JSON array; 0 takes no arrays."
    )
    maximum_document: Positive = Field(default=100_000, description="Bytes of a document.")
    maximum_tokens: Positive = Field(default=2_000, description="Lexical tokens of a document.")
    maximum_depth: Positive = Field(default=16, description="Fields nested in each other, through fragments.")
    maximum_aliases: Positive = Field(default=30, description="Aliases of an operation.")
    maximum_directives: Positive = Field(default=20, description="Directives of an operation.")
    maximum_root_fields: Positive = Field(default=20, description="Fields at the root of an operation.")
    maximum_fields: Positive = Field(default=500, description="Fields of an operation, fragments counted where spread.")
    maximum_overlaps: Positive = Field(
        default=3_000,
        description="Pairs of fields that answer under the same name at the same place; validation compares each.",
    )
    maximum_variables: Positive = Field(default=65_536, description="Bytes, roughly, of a request's variables.")
    maximum_cost: Positive = Field(
        default=25_000,
        description="Cost of a request, all operations of a batch together, in units of the graph's @cost.",
    )

    @model_validator(mode="after")
    def _pages(self) -> Self:
        if self.page_size > self.page_maximum:
            message = "page_size is larger than page_maximum"
            raise ValueError(message)
        return self
