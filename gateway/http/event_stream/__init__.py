"""GraphQL over Server-Sent Events, with distinct connections and with one that several operations share:
https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md.
"""
