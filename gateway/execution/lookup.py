from hashlib import sha256

from msgspec import Struct

from gateway.execution.document import Document, Documents
from gateway.execution.manifest import SHA256_PREFIX
from gateway.execution.persisted import PersistedTexts
from gateway.execution.result import ErrorCode, RequestRefused, refused
from gateway.execution.trusted_file import TrustedFile


class DocumentName(Struct, frozen=True):
    """How a request says which document it means: its text, an id, or both, which then must mean the same.

    `document_id` is the parameter `documentId` (GraphQL over HTTP, "Persisted Documents"); `sha256_hash` is that of
    `extensions.persistedQuery` (Apollo's automatic persisted queries). At least one of the three is there.
    """

    query: str | None
    document_id: str | None = None
    sha256_hash: str | None = None


class DocumentLookup:
    """From what a request names to a document: trusted, registered by a client before, or sent along.

    `persisted` is None where clients may not register texts. `locked`: nothing but trusted documents is found.
    """

    def __init__(
        self, documents: Documents, persisted: PersistedTexts | None, trusted: TrustedFile | None, *, locked: bool
    ) -> None:
        self._documents = documents
        self._persisted = persisted
        self._trusted = trusted
        self._locked = locked

    def find(self, name: DocumentName) -> Document:
        """Raise RequestRefused: a code of Documents.read, PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED,
        TRUSTED_DOCUMENT_REQUIRED, or BAD_USER_INPUT where text and id contradict each other.
        """
        if name.document_id is not None and name.sha256_hash is not None:
            raise _contradiction(name, "A request has either a documentId or a persistedQuery, not both.")
        identifier = name.document_id or name.sha256_hash
        if identifier is None and name.query is not None and not self._locked:
            return self._documents.read(name.query)
        return self._trusted_document(name, identifier) or self._registered(name, identifier)

    def _trusted_document(self, name: DocumentName, identifier: str | None) -> Document | None:
        if self._trusted is None:
            return None
        documents = self._trusted.documents
        found = documents.of_text(name.query or "") if identifier is None else documents.named(identifier)
        if found is None:
            return None
        if name.query is not None and name.query != found.text:
            raise _contradiction(name, "The query is not the document of that id.")
        return found.read()

    def _registered(self, name: DocumentName, identifier: str | None) -> Document:
        if self._locked or identifier is None:
            message = "Only trusted documents are run here; name one by its documentId."
            raise RequestRefused(refused(ErrorCode.TRUSTED_DOCUMENT_REQUIRED, message))
        sha256_hash = identifier if name.document_id is None else identifier.removeprefix(SHA256_PREFIX)
        if name.query is not None:
            return self._register(name, name.query, sha256_hash)
        text = self._persisted.get(sha256_hash) if self._persisted is not None else None
        if text is None:
            raise self._unknown(name)
        return self._documents.read(text)

    def _register(self, name: DocumentName, query: str, sha256_hash: str) -> Document:
        """Keep the text for later, once its hash is found right and the document valid."""
        if sha256(query.encode()).hexdigest() != sha256_hash:
            raise _contradiction(name, "The query does not have that SHA-256.")
        document = self._documents.read(query)
        if self._persisted is not None:
            self._persisted.put(query)
        return document

    def _unknown(self, name: DocumentName) -> RequestRefused:
        """Say it in the words that clients look for: urql by the message, Apollo Client by either."""
        if self._persisted is None and (name.document_id is None or self._trusted is None):
            return RequestRefused(refused(ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported"))
        return RequestRefused(refused(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound"))


def _contradiction(name: DocumentName, message: str) -> RequestRefused:
    argument = "extensions" if name.document_id is None else "documentId"
    return RequestRefused(refused(ErrorCode.BAD_USER_INPUT, message, argument=argument))
