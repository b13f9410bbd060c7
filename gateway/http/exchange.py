from starlette.types import Message, Receive, Send

from gateway.http.security_headers import missing_headers


class Exchange:
    """A request and its answer as they pass: counts the bytes of both bodies, and completes the answer's headers.

    `status` is None until the answer begins.
    """

    __slots__ = ("_receive", "_request_id", "_send", "received", "sent", "status")

    def __init__(self, receive: Receive, send: Send, request_id: str) -> None:
        self._receive = receive
        self._send = send
        self._request_id = (b"x-request-id", request_id.encode())
        self.status: int | None = None
        self.received = self.sent = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message["headers"])
            message["headers"] = [*headers, self._request_id, *missing_headers(headers)]
        else:
            self.sent += len(message.get("body", b""))
        await self._send(message)
