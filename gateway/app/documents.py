from contextlib import AsyncExitStack

import strawberry

from gateway.app.http_options import http_options_of
from gateway.execution.document import Documents
from gateway.execution.graphql_core import core_schema
from gateway.execution.manifest import BrokenManifest
from gateway.execution.trusted import TrustedDocuments
from gateway.execution.trusted_file import TrustedFile, open_trusted_file
from gateway.http.options import HttpOptions
from gateway.schema.schema import make_schema
from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import Settings


async def read_trusted(settings: Settings) -> TrustedDocuments:
    """Read the file as a server would; raise NotUsable."""
    async with AsyncExitStack() as stack:
        schema = make_schema(federation=settings.federation)
        file = await open_trusted(settings, schema, http_options_of(settings), stack)
        return TrustedDocuments({}) if file is None else file.documents


async def open_trusted(
    settings: Settings, schema: strawberry.Schema, options: HttpOptions, stack: AsyncExitStack
) -> TrustedFile | None:
    if settings.trusted_documents is None:
        return None
    compiler = Documents(core_schema(schema), options.documents)
    file = open_trusted_file(settings.trusted_documents, compiler, settings.trusted_documents_cache)
    try:
        return await stack.enter_async_context(file)
    except BrokenManifest as error:
        raise NotUsable(f"trusted_documents names {settings.trusted_documents}: {error}") from error
