from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gateway.settings.kinds import Group, Positive


class DocumentSettings(Group):
    """Which documents are kept in memory, which may run, and how."""

    document_cache: Positive = Field(
        default=33_554_432, description="Bytes, roughly, that parsed documents may hold in memory."
    )
    persisted_documents: Annotated[int, Field(ge=0)] = Field(
        default=8_388_608,
        description="Bytes that documents registered by clients (automatic persisted queries) may hold; 0 takes none.",
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="File of documents that clients name by id, in Relay's or Apollo's form; read anew on change.",
    )
    trusted_documents_cache: Positive = Field(
        default=67_108_864, description="Bytes, roughly, that trusted documents may hold in memory."
    )
    executor: Literal["compiled", "graphql-core"] = Field(
        default="compiled", description="What runs operations: what they are compiled to, or graphql-core."
    )
    trusted_only: bool = Field(default=False, description="Run nothing but trusted documents.")

    @model_validator(mode="after")
    def _trusted(self) -> Self:
        if self.trusted_only and self.trusted_documents is None:
            message = "trusted_only needs trusted_documents: without them nothing could be run"
            raise ValueError(message)
        return self
