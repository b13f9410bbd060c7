from collections.abc import Callable, Iterable, Mapping
from functools import partial
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


class CompiledBytes:
    """What documents that stay are compiled to, within `max_bytes`: what was compiled first is forgotten first.

    A document whose code is forgotten is compiled anew when it is next run.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.held_bytes = 0
        self._held: dict[str, tuple[Document, int]] = {}

    def grown(self, text: str, trusted: Mapping[str, TrustedDocument]) -> None:
        """Take note that the document of a text holds more than before."""
        document = trusted[text].read()
        self._forget(text)
        self._held[text] = document, document.compiled_weight
        self.held_bytes += document.compiled_weight
        while self.held_bytes > self.max_bytes:
            oldest = next(iter(self._held))
            self._held[oldest][0].forget_compiled()
            self._forget(oldest)

    def _forget(self, text: str) -> None:
        if text in self._held:
            self.held_bytes -= self._held.pop(text)[1]


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
    """Read a manifest's texts; raise BrokenManifest where they would hold more than `max_bytes` in memory.

    What they are compiled to when they are run has the room that they leave.
    """
    by_text: dict[str, TrustedDocument] = {}
    compiled = CompiledBytes(max_bytes)
    for text in texts.values():
        if text not in by_text:
            by_text[text] = trusted = _read(text, documents, partial(compiled.grown, text, by_text))
            compiled.max_bytes -= len(text) if isinstance(trusted.outcome, Result) else trusted.outcome.weight
            if compiled.max_bytes < 0:
                raise BrokenManifest(f"its documents would hold more than {max_bytes} bytes in memory")
    return TrustedDocuments({identifier: by_text[text] for identifier, text in texts.items()})


def _read(text: str, documents: Documents, grown: Callable[[], None]) -> TrustedDocument:
    try:
        return TrustedDocument(text, documents.compile(text, grown))
    except RequestRefused as refused:
        return TrustedDocument(text, refused.result)


def _by_hash(found: Iterable[TrustedDocument]) -> dict[str, TrustedDocument]:
    hashes = ((sha256(trusted.text.encode()).hexdigest(), trusted) for trusted in found)
    return {name: trusted for hashed, trusted in hashes for name in (hashed, SHA256_PREFIX + hashed)}
