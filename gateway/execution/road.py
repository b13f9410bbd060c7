from enum import StrEnum


class Road(StrEnum):
    """What runs operations: what they are compiled to, and graphql-core what is not compiled; or that alone."""

    COMPILED = "compiled"
    GRAPHQL_CORE = "graphql-core"
