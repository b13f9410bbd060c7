"""graphql-transport-ws over WebSocket: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.

messages (pure) → session (pure) → connection (a socket's life) → endpoint (who may open one).
"""
