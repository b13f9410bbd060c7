import asyncio
import json
from pathlib import Path

from tests.http.front_door import Journal, serve_front_door

HERE = Path(__file__).parent


async def test_every_audit_of_graphql_http_is_ok() -> None:
    """The server does all that the specification's own audits ask for: no error, no warning, no notice."""
    assert (HERE / "node_modules").is_dir(), "run npm ci in tests/audits"

    async with serve_front_door(Journal()) as client:
        url = str(client.base_url.join("/graphql"))
        audit = await asyncio.create_subprocess_exec(
            "node", "graphql_http.js", url, cwd=HERE, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await audit.communicate()

    results = json.loads(output)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
