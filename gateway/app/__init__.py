"""The composition root: settings → store → services → upstreams → sources → schema → ASGI app.

The only folder that knows everything. What only some settings need (aioboto3, asyncpg) is imported when they ask for
it, because imports are most of the start-up time.
"""
