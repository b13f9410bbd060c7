from collections.abc import Iterable, Mapping
from hashlib import sha256

from msgspec import Struct

from gateway.execution.document import Document, Documents
from gateway.execution.manifest import SHA256_PREFIX, BrokenManifest
from gateway.execution.result import RequestRefused, Result


class TrustedDocument(Struct, frozen=True):
    """A text of the manifest, compiled: a document, or why it is not valid for this schema."""

    text: str
    outcome: Document | Result

    def read(self) -> Document:
        """Raise RequestRefused where the text is not valid."""
        if isinstance(self.outcome, Result):
            raise RequestRefused(self.outcome)
        return self.outcome


class TrustedDocuments:
    """The documents of one manifest; they stay, whatever else is asked for."""

    def __init__(self, by_id: Mapping[str, TrustedDocument]) -> None:
        self._by_text = {trusted.text: trusted for trusted in by_id.values()}
        self._by_id = {**_by_hash(self._by_text.values()), **by_id}
        self.refused = sorted(
            identifier for identifier, trusted in by_id.items() if isinstance(trusted.outcome, Result)
        )

    def named(self, identifier: str) -> TrustedDocument | None:
        """Find by the manifest's own id, or by the text's SHA-256 with or without the prefix `sha256:`."""
        return self._by_id.get(identifier)

    def of_text(self, text: str) -> TrustedDocument | None:
        return self._by_text.get(text)

    def __len__(self) -> int:
        return len(self._by_text)


def trust(texts: Mapping[str, str], documents: Documents, max_bytes: int) -> TrustedDocuments:
    """Compile a manifest's texts; raise BrokenManifest where they would hold more than `max_bytes` in memory."""
    by_text: dict[str, TrustedDocument] = {}
    held = 0
    for text in texts.values():
        if text not in by_text:
            by_text[text] = trusted = _compile(text, documents)
            held += len(text) if isinstance(trusted.outcome, Result) else trusted.outcome.weight
            if held > max_bytes:
                raise BrokenManifest(f"its documents would hold more than {max_bytes} bytes in memory")
    return TrustedDocuments({identifier: by_text[text] for identifier, text in texts.items()})


def _compile(text: str, documents: Documents) -> TrustedDocument:
    try:
        return TrustedDocument(text, documents.compile(text))
    except RequestRefused as refused:
        return TrustedDocument(text, refused.result)


def _by_hash(found: Iterable[TrustedDocument]) -> dict[str, TrustedDocument]:
    hashes = ((sha256(trusted.text.encode()).hexdigest(), trusted) for trusted in found)
    return {name: trusted for hashed, trusted in hashes for name in (hashed, SHA256_PREFIX + hashed)}
