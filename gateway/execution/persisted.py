from hashlib import sha256

from gateway.execution.lru import ByteBoundedLru
from gateway.observability.cache_metrics import CacheMetrics

PER_ENTRY = 300
"""Bytes that an entry holds beside its text."""


class PersistedTexts:
    """Texts that clients registered, by their SHA-256 (automatic persisted queries).

    A text is found by its own hash only, so what one client registers cannot stand for what another means. The longest
    unused go first; a client that misses one sends it again.
    """

    def __init__(self, max_bytes: int) -> None:
        self._texts: ByteBoundedLru[str] = ByteBoundedLru(max_bytes)

    def show(self, caches: CacheMetrics) -> None:
        caches.watch("persisted_documents", self._texts)

    def get(self, sha256_hash: str) -> str | None:
        return self._texts.get(sha256_hash)

    def put(self, text: str) -> None:
        encoded = text.encode()
        self._texts.put(sha256(encoded).hexdigest(), text, len(encoded) + PER_ENTRY)

    def __len__(self) -> int:
        return len(self._texts)
