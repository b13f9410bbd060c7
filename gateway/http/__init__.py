"""The front door: GraphQL over HTTP, health, and the GraphiQL page.

request and response are pure: HTTP in plain values to a GraphQL request, and a result to HTTP in plain values.
The specification meant throughout is "GraphQL over HTTP" (graphql.github.io/graphql-over-http/draft).
"""
