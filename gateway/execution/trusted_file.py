import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from gateway.execution.document import Documents
from gateway.execution.manifest import BrokenManifest, read_manifest
from gateway.execution.trusted import TrustedDocuments, trust
from gateway.observability.event_log import EventLog

log = EventLog(__name__)

SECONDS_BETWEEN_LOOKS = 2.0

Version: TypeAlias = tuple[int, int, int] | None
"""What tells one state of a file from another: its inode, size and time of change; None where there is no file."""


class TrustedFile:
    """A manifest on disk and the documents that it holds now; requests read `documents` and never the disk."""

    def __init__(self, path: Path, compiler: Documents, max_bytes: int) -> None:
        self.documents = TrustedDocuments({})
        self._path = path
        self._compiler = compiler
        self._max_bytes = max_bytes
        self._version: Version = None

    def load(self) -> None:
        """Read the file; raise BrokenManifest, and then keep what was read before."""
        self._version = self._current_version()
        try:
            content = self._path.read_bytes()
        except OSError as error:
            raise BrokenManifest(f"it cannot be read ({error.strerror})") from error
        self.documents = documents = trust(read_manifest(content), self._compiler, self._max_bytes)
        log.info("trusted documents read", file=str(self._path), documents=len(documents))
        if documents.refused:
            log.warning("trusted documents are not valid", file=str(self._path), documents=documents.refused)

    async def refresh(self) -> None:
        """Read the file anew where it has changed, beside the event loop; log a broken one and keep the old."""
        try:
            await asyncio.to_thread(self._reload)
        except BrokenManifest as error:
            log.warning("trusted documents kept as they were", file=str(self._path), reason=str(error))

    def _reload(self) -> None:
        if self._current_version() != self._version:
            self.load()

    def _current_version(self) -> Version:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


@asynccontextmanager
async def open_trusted_file(
    path: Path, compiler: Documents, max_bytes: int, seconds_between_looks: float = SECONDS_BETWEEN_LOOKS
) -> AsyncIterator[TrustedFile]:
    """Read a manifest, and read it anew whenever it changes until this closes; raise BrokenManifest at first."""
    file = TrustedFile(path, compiler, max_bytes)
    await asyncio.to_thread(file.load)
    watching = asyncio.create_task(_watch(file, seconds_between_looks))
    try:
        yield file
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(file: TrustedFile, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await file.refresh()
