"""From a GraphQL text to a result, for any Strawberry schema: document → plan → run → result.

Knows GraphQL, Strawberry and the gateway's error tree; knows no device and no HTTP.
"""
