"""A validated operation is turned into straight Python once, and run as that; the rest is graphql-core's.

Knows graphql-core and Strawberry, and nothing of what a graph is about. In the order of reading:
operation (what is compiled, and what is not) → selection (a selection set becomes one function) → resolver, arguments
and info (how a field's value is had) → completion and leaf (what a value becomes) → run (one execution: errors, nulls,
what is awaited) → fiber (a resolver under way) → position (where in the answer).
"""
