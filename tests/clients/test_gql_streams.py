"""gql's subscriptions, over a socket."""

import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

from tests.clients.presses import Button

EVENTS = """
    subscription ($ids: [ID!], $after: String) {
        deviceEvents(ids: $ids, after: $after) { cursor event { ... on ClickEvent { clickType } } }
    }
"""


def transport(button: Button) -> WebsocketsTransport:
    url = button.frontend.graphql.replace("http", "ws", 1)
    return WebsocketsTransport(url=url, subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL])


async def test_subscribes(button: Button) -> None:
    """What happened since the cursor comes, then what happens; queries travel over the same socket."""
    variables = button.variables()
    button.press("DOUBLE", "LONG")
    subscription = gql(EVENTS)
    subscription.variable_values = variables
    heard = []
    async with Client(transport=transport(button)) as session:
        async for payload in session.subscribe(subscription):
            heard.append(payload["deviceEvents"]["event"]["clickType"])
            if len(heard) == 2:
                button.press("SINGLE")
            if len(heard) == 3:
                break
        answer = await session.execute(gql("{ devices(first: 1) { totalCount } }"))

    assert heard == ["DOUBLE", "LONG", "SINGLE"]
    assert answer == {"devices": {"totalCount": 106}}


async def test_a_refusal_is_told_with_its_code(button: Button) -> None:
    """A cursor that is not the gateway's arrives as gql's own exception."""
    subscription = gql(EVENTS)
    subscription.variable_values = {"after": "forged"}
    async with Client(transport=transport(button)) as session:
        with pytest.raises(TransportQueryError) as refused:
            await anext(session.subscribe(subscription))

    assert refused.value.errors is not None
    assert [error["extensions"] for error in refused.value.errors] == [{"code": "BAD_USER_INPUT", "argument": "after"}]
