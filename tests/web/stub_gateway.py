"""A gateway of a few devices that never change: enough for the page to have something to show."""

from pathlib import Path
from typing import Any, Final

from graphql import GraphQLSchema, build_schema, graphql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.http.graphiql import graphiql_routes


def schema() -> GraphQLSchema:
    return build_schema(Path(__file__).with_name("contract.graphql").read_text(encoding="utf-8"))


def stub_gateway() -> Starlette:
    graph = schema()

    async def answer(request: Request) -> JSONResponse:
        body = await request.json()
        result = await graphql(
            graph,
            body["query"],
            root(request.headers),
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
        )
        return JSONResponse(result.formatted)

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"]), *graphiql_routes()])


SOURCE: Final = {"name": "hq", "service": "ONE_CLICK", "available": True}
BUTTON: Final = {
    "__typename": "OneClickDevice",
    "id": "button-1",
    "arn": "arn:aws:iot1click:us-west-2:123456789012:devices/G030PM0123456789",
    "name": "Front door",
    "type": "button",
    "service": "ONE_CLICK",
    "source": SOURCE,
    "tags": [{"key": "Name", "value": "Front door"}],
    "deviceId": "G030PM0123456789",
    "enabled": True,
    "remainingLife": 0.998,
    "events": {
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": [{"__typename": "ClickEvent", "timestamp": "2024-05-01T08:00:00.000Z", "clickType": "DOUBLE"}],
    },
}
ECHO: Final = {
    "__typename": "AlexaDevice",
    "id": "echo-1",
    "name": "Lobby Echo",
    "serialNumber": "G090LF11",
    "connectionStatus": "ONLINE",
    "room": {"name": "Lobby"},
}


def root(headers: Any) -> dict[str, Any]:  # noqa: ANN401  # Starlette's headers, read by name only
    def devices(_info: Any, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  # graphql-core's resolver signature
        nodes = [BUTTON] if arguments["filter"]["service"] == "ONE_CLICK" else [ECHO]
        return {"totalCount": 1, "pageInfo": {"hasNextPage": False}, "unavailableSources": [], "nodes": nodes}

    return {
        "devices": devices,
        "device": BUTTON,
        "sources": [{**SOURCE, "region": headers.get("x-region", "none")}],
        "claimDevices": {"claimCode": None, "total": None, "userErrors": [{"code": "NOT_FOUND", "message": "No."}]},
    }
