from typing import TypeAlias

from gateway.execution.result import ErrorCode, Result
from gateway.http.refusal import HttpRefused, NotWellFormed
from gateway.http.request import GraphQLRequest, graphql_request

Batch: TypeAlias = list[GraphQLRequest | Result]
"""Several requests in one body, in order; a Result stands for one that is refused already."""


def read_batch(entries: list[object], maximum: int) -> Batch:
    """Read a JSON array of requests (GraphQL over HTTP, "Request Batching").

    One that has wrong parameters is refused in its place. Raise HttpRefused 400 for all of them where there are more
    than `maximum` (0 takes no batches), none, or something that is no object.
    """
    if maximum == 0 or len(entries) > maximum:
        what = f"at most {maximum} operations" if maximum else "one operation, not a list"
        message = f"A request has {what}."
        raise HttpRefused(400, ErrorCode.LIMIT_EXCEEDED, message, limit="maximum_batch")
    if not entries:
        raise NotWellFormed("A batch has at least one operation.")
    return [_entry(entry) for entry in entries]


def _entry(entry: object) -> GraphQLRequest | Result:
    if not isinstance(entry, dict):
        raise NotWellFormed("Each operation of a batch must be a JSON object.")
    try:
        return graphql_request(entry)
    except HttpRefused as refusal:
        return refusal.result
