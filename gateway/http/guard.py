from starlette.types import Scope

from gateway.execution.result import ErrorCode
from gateway.http.accept import MediaType
from gateway.http.counting import count_refusal
from gateway.http.doors import door_of
from gateway.http.head_limit import refuse_head
from gateway.http.hosts import AllowedHosts
from gateway.http.options import HttpOptions
from gateway.http.refusal import HttpRefused
from gateway.http.response import HttpResponse, write_refusal
from gateway.observability.metrics import Metrics


class Guard:
    """Refuses, and counts, what is not served whatever its path: by the request's line and headers alone."""

    def __init__(self, options: HttpOptions, metrics: Metrics) -> None:
        self._max_head_bytes = options.max_head_bytes
        self._hosts = AllowedHosts(options.allowed_hosts)
        self._metrics = metrics

    def refusal(self, scope: Scope) -> HttpResponse | None:
        """What to answer instead of serving the request, or the handshake of a socket; None: it may pass."""
        refused = refuse_head(scope, self._max_head_bytes)
        if refused is not None:
            count_refusal(self._metrics, refused.result, door_of(scope["path"]))
            return write_refusal(refused, MediaType.JSON)
        if self._hosts.serve(scope):
            return None
        self._metrics.refusals(door_of(scope["path"]), ErrorCode.FORBIDDEN.value, "allowed_hosts").inc()
        message = "This Host is not served here; the setting allowed_hosts can list it."
        return write_refusal(HttpRefused(421, ErrorCode.FORBIDDEN, message), MediaType.JSON)
