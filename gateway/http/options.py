from msgspec import Struct

from gateway.execution.document import DocumentOptions
from gateway.execution.road import Road
from gateway.http.status import StatusProfile
from gateway.http.stream_options import DEFAULT_STREAMS, StreamOptions
from gateway.limits.document import DEFAULT_LIMITS, DocumentLimits

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class HttpOptions(Struct, frozen=True):
    """What the composition root decides about the front door.

    max_body_bytes: of a POST's body, before and after inflating; more is answered 413.
    max_head_bytes: of a request's line and headers; more is answered 414 or 431.
    allowed_hosts: names a Host header may carry, without port; `*.example.com` is any name below it, `*` is any.
    allowed_origins: pages of other origins that may send requests and read the answers, as a browser writes them: `https://app.example.com`.
    introspection, suggestions: whether `__schema` and "Did you mean" are answered.
    deadline_seconds: for reading a request's body, and again for executing it.
    limits: of documents.
    max_variables_bytes: about how much the variables of a request may hold.
    document_cache_bytes: about what the parsed documents may hold.
    persisted_bytes: what the texts that clients register by hash may hold; 0 where they may not.
    trusted_only: whether nothing but trusted documents is run.
    max_batch: operations in one body; 0 takes no batches.
    plain_get: whether a GET may bring the text of its document without a header that a browser asks about first.
    compression: whether answers are compressed for those who take it.
    status_profile: which statuses answers have.
    road: what executes operations.
    page_size: items of a page that does not say its size, for its cost; None: as the schema assumes.
    answer_age: seconds that answers are kept where the schema says nothing; None: they are not kept.
    streams: of answers that take their time.
    """

    max_body_bytes: int = 1024 * 1024
    max_head_bytes: int = 64 * 1024
    allowed_hosts: tuple[str, ...] = LOOPBACK_HOSTS
    allowed_origins: tuple[str, ...] = ()
    introspection: bool = True
    suggestions: bool = True
    deadline_seconds: float = 30.0
    limits: DocumentLimits = DEFAULT_LIMITS
    max_variables_bytes: int = 64 * 1024
    document_cache_bytes: int = 32 * 1024 * 1024
    persisted_bytes: int = 8 * 1024 * 1024
    trusted_only: bool = False
    max_batch: int = 0
    plain_get: bool = True
    compression: bool = True
    status_profile: StatusProfile = StatusProfile.DEFAULT
    road: Road = Road.COMPILED
    page_size: int | None = None
    answer_age: int | None = None
    streams: StreamOptions = DEFAULT_STREAMS

    @property
    def documents(self) -> DocumentOptions:
        return DocumentOptions(
            self.introspection,
            self.suggestions,
            self.limits,
            self.document_cache_bytes,
            page_size=self.page_size,
            answer_age=self.answer_age,
        )
