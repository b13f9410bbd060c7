import asyncio
import ssl
from typing import Any

import aiohttp
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.httpsession import AIOHTTPSession
from botocore.httpsession import get_cert_path
from yarl import URL

from gateway.sources.faults import CUT_OFF, SLOW, SLOW_TO_CONNECT, UNREACHABLE, UNREADABLE, Failed

LARGEST_ANSWER = 16_777_216


class CheckedSession(AIOHTTPSession):  # type: ignore[misc] # aiobotocore has no types
    """aiobotocore's session, which holds a certificate against its issuer only, with the check of the host's name."""

    def _get_ssl_context(self) -> ssl.SSLContext:
        context: ssl.SSLContext = super()._get_ssl_context()
        context.check_hostname = True
        return context


class Transport(CheckedSession):
    """Sends each request exactly once, and tells failures before sending from those after.

    aiobotocore's own session repeats a PUT or DELETE whose connection broke, although it may have been applied; follows
    redirects with the signature; and reads an answer of any size at any speed. An attempt here takes no longer than the
    connect and the read timeout together.
    """

    def proxies(self, url: str) -> bool:
        """Whether requests to there go through a proxy, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY have it."""
        return self._proxy_config.proxy_url_for(url) is not None

    def tls(self) -> ssl.SSLContext | None:
        """What aiobotocore's own connections would be made with; None without TLS. Raise OSError for a bad bundle."""
        if not self._verify:
            return None
        context = self._get_ssl_context()
        context.load_verify_locations(get_cert_path(self._verify))
        return context

    async def send(self, request: Any) -> AioAWSResponse:  # noqa: ANN401 - botocore's prepared request
        """Answer with the whole body read; raise Failed where there is none."""
        proxy = self._proxy_config.proxy_url_for(request.url)
        session: aiohttp.ClientSession = await self._get_session(proxy)
        try:
            async with (
                asyncio.timeout(self._timeout.sock_connect + self._timeout.sock_read),
                session.request(
                    request.method,
                    URL(request.url, encoded=True),
                    headers=_headers(request),
                    data=request.body,
                    proxy=proxy,
                    proxy_headers=self._proxy_config.proxy_headers_for(request.url),
                    allow_redirects=False,
                    middlewares=(_once,),
                ) as response,
            ):
                return await _whole(response)
        except aiohttp.ConnectionTimeoutError as error:
            raise Failed(SLOW_TO_CONNECT) from error
        except TimeoutError as error:
            raise Failed(SLOW) from error
        except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError) as error:
            raise Failed(UNREACHABLE) from error
        except aiohttp.ClientResponseError as error:
            raise Failed(UNREADABLE) from error
        except aiohttp.ClientError as error:
            raise Failed(CUT_OFF) from error


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Hide from aiohttp that a connection broke, which it would answer by sending idempotent methods again."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Failed(CUT_OFF) from error


def _headers(request: Any) -> dict[str, str]:  # noqa: ANN401 - botocore's prepared request
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    return headers | {"Accept-Encoding": "identity"}


async def _whole(response: aiohttp.ClientResponse) -> AioAWSResponse:
    body = bytearray()
    headers = {name.lower(): value for name, value in response.headers.items()}
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise Failed(UNREADABLE, f"more than {LARGEST_ANSWER} bytes", headers)
    return AioAWSResponse(str(response.url), response.status, headers, _Body(bytes(body)))


class _Body:
    """A body that was read, in the form that aiobotocore reads it in."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        return self._content
