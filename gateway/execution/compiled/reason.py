from enum import StrEnum


class Reason(StrEnum):
    """Why an operation, or one run of it, is left to graphql-core; always known before its first resolver is called."""

    INTROSPECTION = "introspection"
    INCREMENTAL = "incremental"  # @defer or @stream
    ERROR_PROPAGATION = "error_propagation"  # switched off by a directive of graphql-core's
    NO_ROOT = "no_root"  # the schema has no such operations
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"  # to compile
    CONDITIONS = "conditions"  # @skip and @include go more ways than are kept
    UNDECIDED = "undecided"  # @skip or @include by null: the caller's error
    BROKEN = "broken"  # a bug of the compiler's


class NotCompiled(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
