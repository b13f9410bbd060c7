import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from gateway.app.fleet import probe_endpoint
from gateway.app.store import database_of
from gateway.cli import options
from gateway.cli.doctor_front_door import examine_front_door
from gateway.cli.finding import Finding, State
from gateway.cli.table import print_table
from gateway.observability.logging import unlogged
from gateway.settings.load import load
from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from gateway.sources.probe import Probe
from gateway.store.check import StoreCheck, Tables, check_store
from gateway.store.data_directory import DATABASE_FILE, has_database, make_directory
from gateway.web import DIST

STORE_SECONDS = 10.0
NOTABLE_SKEW_SECONDS = 60.0
CLOCK_GRAIN_SECONDS = 2.0
"""Servers tell the time in seconds, and some of them only as often: less than this is no difference."""


COLOURS = {State.FINE: "green", State.NOTICE: "yellow", State.WRONG: "red"}


@click.command(epilog="Example: gateway doctor --config gateway.toml")
@options.config
@options.data
def doctor(config: Path | None, data: Path | None) -> None:
    """Check settings, store, sources, front door and built page.

    Exit with 1 where something is wrong.
    """
    with unlogged():
        findings = asyncio.run(_examine(config, data))
    _print(findings)
    if any(finding.state is State.WRONG for finding in findings):
        raise click.exceptions.Exit(1)


async def _examine(config: Path | None, data: Path | None) -> list[Finding]:
    try:
        settings = load(config, data=data)
    except NotUsable as error:
        return [Finding("settings", State.WRONG, str(error), "Put this right first: nothing else was checked.")]
    return [
        Finding("settings", State.FINE, "in order"),
        *_examine_data(settings),
        *await _examine_store(settings),
        # One after the other: opening a source keeps the loop busy, and a probe beside it would look slow.
        *[await _examine_source(source) for source in settings.sources],
        *await examine_front_door(settings),
        *([examine_page(DIST)] if settings.open_unless_hardened(settings.graphiql) else []),
    ]


def _examine_data(settings: Settings) -> list[Finding]:
    """The data directory, where anything is kept in it."""
    if settings.database_url is not None and settings.secret_key is not None:
        return []
    directory = settings.data.absolute()
    try:
        if not directory.exists():
            return [_examine_missing(directory)]
        make_directory(directory)
    except (NotUsable, PermissionError) as error:
        return [Finding("data directory", State.WRONG, str(error))]
    return [Finding("data directory", State.FINE, f"{directory} can be written")]


def _examine_missing(directory: Path) -> Finding:
    parent = next(path for path in directory.parents if path.exists())
    if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
        return Finding("data directory", State.NOTICE, f"{directory} does not exist yet", "The first start makes it.")
    advice = "Name another with --data or GATEWAY_DATA, or give this user the right."
    return Finding("data directory", State.WRONG, f"{directory} does not exist and cannot be made", advice)


async def _examine_store(settings: Settings) -> list[Finding]:
    """The database, where anything is kept in one."""
    if not settings.needs_store:
        return []
    try:
        if settings.database_url is None and not has_database(settings.data):
            return [Finding("store", State.NOTICE, "there is no SQLite database yet", "The first start makes it.")]
        return [_judge_store(await _check_store(settings))]
    except TimeoutError:
        found = f"did not answer within {STORE_SECONDS:g} seconds"
    except Exception as error:  # noqa: BLE001 - whatever the database or its driver says is what is to be told
        found = f"cannot be used: {_first_line(error)}"
    return [Finding("store", State.WRONG, found, _store_advice(settings))]


async def _check_store(settings: Settings) -> StoreCheck:
    database = database_of(settings)
    try:
        async with asyncio.timeout(STORE_SECONDS):
            return await check_store(database)
    finally:
        await database.close()


def _judge_store(check: StoreCheck) -> Finding:
    match check.tables:
        case Tables.CURRENT:
            return Finding("store", State.FINE, f"can be read and written, at revision {check.revision}")
        case Tables.ABSENT:
            return Finding("store", State.NOTICE, "has no tables yet", "The first start makes them.")
        case Tables.OLDER:
            return Finding("store", State.NOTICE, f"is at revision {check.revision}", "The next start upgrades it.")
        case Tables.NEWER:
            found = f"was written by a newer version of the gateway (revision {check.revision})"
            return Finding("store", State.WRONG, found, "Start that version, or name another database.")


def _store_advice(settings: Settings) -> str:
    if settings.database_url is None:
        return f"Is {settings.data / DATABASE_FILE} a database of this gateway, and may this user write it?"
    return "Check database_url (GATEWAY_DATABASE_URL): host, port, user, password, database."


async def _examine_source(source: SourceSettings) -> Finding:
    subject = f"source {source.name}"
    if source.embedded:
        return Finding(subject, State.FINE, f"embedded, account {source.account}, {source.aws_region}")
    try:
        return _judge_probe(subject, source, await probe_endpoint(source))
    except NotUsable as error:
        return Finding(subject, State.WRONG, str(error))


def _judge_probe(subject: str, source: SourceSettings, probe: Probe) -> Finding:
    if probe.available and abs(probe.skew_seconds or 0.0) < NOTABLE_SKEW_SECONDS:
        return Finding(subject, State.FINE, f"{source.endpoint_url} answers{_skew(probe)}")
    if probe.available:
        advice = "Set this machine's clock or the service's: beyond 300 seconds signatures are refused."
        return Finding(subject, State.NOTICE, f"{source.endpoint_url} answers{_skew(probe)}", advice)
    return Finding(subject, State.WRONG, f"{probe.detail}{_skew(probe)}", _source_advice(source, probe))


def _skew(probe: Probe) -> str:
    if probe.skew_seconds is None:
        return ""
    if abs(probe.skew_seconds) < CLOCK_GRAIN_SECONDS:
        return " (its clock agrees)"
    direction = "ahead" if probe.skew_seconds > 0 else "behind"
    return f" (its clock is {abs(probe.skew_seconds):.0f} s {direction})"


def _source_advice(source: SourceSettings, probe: Probe) -> str:
    if not probe.reachable:
        return (
            f"Check endpoint_url ({source.endpoint_url}) and the network, "
            "and that there are credentials: profile, role_arn, or the usual AWS chain."
        )
    if not probe.accepted:
        return "Check the access key, profile, role_arn and region, and the clocks of both machines."
    return f"Does {source.endpoint_url} really speak {source.service}? The service's own log may tell more."


def examine_page(built: Path) -> Finding:
    """The page of GraphiQL, from the folder that it is built into."""
    if (built / "index.html").is_file():
        return Finding("GraphiQL", State.FINE, "is built")
    return Finding("GraphiQL", State.NOTICE, "is not built; all else works", "Install Node 20 and run `make web`.")


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _print(findings: Sequence[Finding]) -> None:
    table = Table("", "what", box=None, pad_edge=False)
    for heading in ("found", "what to do"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        state = Text(finding.state, COLOURS[finding.state])
        table.add_row(state, *map(Text, (finding.subject, finding.found, finding.advice)))
    print_table(table)
