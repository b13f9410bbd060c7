"""A multipart/mixed body read back, as a client reads it."""

import json
from typing import Any

import httpx


def parts_of(response: httpx.Response) -> list[Any]:
    """The JSON of each part; what a reader of RFC 2046 would refuse fails here."""
    boundary = response.headers["content-type"].split('boundary="')[1].split('"')[0]
    opening, *parts, closing = response.text.split(f"\r\n--{boundary}")
    assert (opening, closing) == ("", "--\r\n")
    heads, bodies = zip(*(part.split("\r\n\r\n", 1) for part in parts), strict=True)
    assert set(heads) == {"\r\ncontent-type: application/json; charset=utf-8"}
    return [json.loads(body) for body in bodies]
