"""Served by `uvicorn tests.bench.ready:app`: the bytes of a file as the answer to every POST, and nothing else."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BODY = Path(os.environ["READY_BODY"]).read_bytes()


async def ready(request: Request) -> Response:
    await request.body()
    return Response(BODY, media_type="application/json")


app = Starlette(routes=[Route("/graphql", ready, methods=["POST"])])
