"""A request that is under way when its server is told to stop."""

import socket

import httpx

from tests.clients.server_process import ServerProcess

QUERY = b'{"query": "{ __typename }"}'


def begin(server: ServerProcess) -> socket.socket:
    """Send the head of a request, wait until the server reads its body, and send half of that."""
    address = server.url.removeprefix("http://")
    host, port = address.split(":")
    client = socket.create_connection((host, int(port)), timeout=20)
    head = f"POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n"
    client.sendall(f"{head}Content-Length: {len(QUERY)}\r\nExpect: 100-continue\r\n\r\n".encode())
    assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(QUERY[:10])
    return client


def refuses_connections(server: ServerProcess) -> bool:
    try:
        httpx.get(f"{server.url}/live")
    except httpx.TransportError:
        return True
    return False
