from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from gateway.settings.kinds import Positive, group


@group
class DocumentSettings:
    """Which documents are kept in memory, which may run, and how."""

    document_cache: Positive = 33_554_432
    """Bytes, roughly, that parsed documents may hold in memory."""
    persisted_documents: Annotated[int, Meta(ge=0)] = 8_388_608
    """Bytes that documents registered by clients (automatic persisted queries) may hold; 0 takes none."""
    trusted_documents: Path | None = None
    """File of documents that clients name by id, in Relay's or Apollo's form; read anew on change."""
    trusted_documents_cache: Positive = 67_108_864
    """Bytes, roughly, that trusted documents may hold in memory."""
    executor: Literal["compiled", "graphql-core"] = "compiled"
    """What runs operations: what they are compiled to, or graphql-core."""
    trusted_only: bool = False
    """Run nothing but trusted documents."""

    def check_trusted(self) -> None:
        """Raise ValueError where nothing at all could be run."""
        if self.trusted_only and self.trusted_documents is None:
            message = "trusted_only needs trusted_documents: without them nothing could be run"
            raise ValueError(message)
