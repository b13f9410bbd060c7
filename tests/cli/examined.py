import asyncio
import re

from click.testing import CliRunner

from gateway.cli import main


async def doctor(*arguments: str) -> tuple[int, dict[str, list[str]]]:
    """Ask the doctor; return the exit code and, by what was looked at, the cells beside it."""
    result = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    rows = [re.split(r" {2,}", line.strip()) for line in result.output.splitlines()[1:]]
    return result.exit_code, {row[1]: [row[0], *row[2:]] for row in rows}
