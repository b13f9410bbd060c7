import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.text import Text

from gateway.cli import options
from gateway.cli.event_stream import Cut, Heard, Refused, subscribe
from gateway.cli.refusal import refuse

DOCUMENT = """subscription Tail($filter: DeviceFilter) {
  deviceEvents(filter: $filter) {
    cursor
    event {
      __typename id timestamp
      device { id name type service source { name } }
      ... on ClickEvent { clickType remainingLife }
      ... on ConnectionStatusEvent { connectionStatus }
      ... on OtherDeviceEvent { kind value }
    }
  }
}"""
COLOURS = {"SINGLE": "green", "DOUBLE": "cyan", "LONG": "magenta", "ONLINE": "green", "OFFLINE": "red"}
PASSING = {"SLOW_CONSUMER", "RATE_LIMITED", "DEADLINE_EXCEEDED", "INTERNAL_SERVER_ERROR"}
STOPPING = {signal.SIGINT, signal.SIGTERM}
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0


@click.command(epilog="Example: gateway tail --name lobby")
@click.argument("url", default="http://127.0.0.1:8000", help="Where the gateway is; else http://127.0.0.1:8000.")
@click.option("--key", envvar="TAIL_KEY", show_envvar=True, help="API key or token.")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Source to follow, repeatable; else all.")
@click.option("--name", help="Part of the names of the devices to follow.")
@click.option("--after", metavar="CURSOR", help="Cursor to begin after; else from now on.")
@click.option(
    "--resume",
    type=options.PATH,
    metavar="FILE",
    help="Where the cursor is kept: the next run goes on where this one ends.",
)
def tail(
    url: str, key: str | None, sources: tuple[str, ...], name: str | None, after: str | None, resume: Path | None
) -> None:
    """Print what happens to the devices of a running gateway.

    JSON lines in a pipe. What is cut is resumed.
    """
    if not url.lower().startswith(("http://", "https://")):
        refuse(f"{url!r} is no address: it must begin with http:// or https://")
    wanted = {"sources": sources or None, "nameContains": name}
    variables = {"filter": {member: value for member, value in wanted.items() if value is not None}}
    cursor = after or _kept(resume)
    for what, text in (("address", url), ("key", key), ("cursor", cursor)):
        if text is not None and not (text.isascii() and text.isprintable()):
            refuse(f"the {what} has characters that cannot be sent")
    try:
        _follow(url.rstrip("/"), key, {"query": DOCUMENT, "variables": variables}, cursor, resume)
    except KeyboardInterrupt:
        return
    except BrokenPipeError:
        # Whoever read has enough; what Python would still write at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _follow(url: str, key: str | None, body: Mapping[str, Any], cursor: str | None, resume: Path | None) -> None:
    """Print, and connect again wherever it was cut; refuse where that is of no use."""
    wait, reached = FIRST_WAIT, False
    while True:
        try:
            for heard in subscribe(url, key, body, cursor):
                wait, reached = FIRST_WAIT, True
                with _uninterrupted():
                    _tell(heard)
                    cursor = heard.cursor or cursor
                    _keep(resume, cursor)
        except Refused as refusal:
            if not refusal.codes & PASSING and not any(str(code).startswith("UPSTREAM") for code in refusal.codes):
                refuse(str(refusal))
        except Cut as cut:
            if not reached:
                refuse(f"nothing is heard from {url} ({cut}); is the gateway there?")
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)


def _tell(heard: Heard) -> None:
    if heard.data is None:
        return
    change = heard.data["deviceEvents"]
    if sys.stdout.isatty():
        Console(highlight=False, soft_wrap=True).print(_line(change["event"]))
    else:
        sys.stdout.write(orjson.dumps(change).decode() + "\n")
        sys.stdout.flush()


def _line(event: Mapping[str, Any]) -> Text:
    what = str(event.get("clickType") or event.get("connectionStatus") or event.get("kind") or event["__typename"])
    time_of_day = datetime.fromisoformat(event["timestamp"]).astimezone()
    line = Text.assemble((f"{time_of_day:%H:%M:%S}  ", "dim"), (f"{what:<8}  ", COLOURS.get(what, "yellow")))
    line.append(_printable(event["device"]["name"]), "bold")
    return line.append(f"  {_printable(str(event.get('value') or ''))}".rstrip())


def _printable(text: str) -> str:
    """Without what a terminal would obey; a device's name is anybody's."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back what would end us between an event that is printed and the cursor that says so."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


def _kept(resume: Path | None) -> str | None:
    if resume is None:
        return None
    try:
        return resume.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"cannot read {resume}: {error}")


def _keep(resume: Path | None, cursor: str | None) -> None:
    """Write the cursor aside first: a file that is cut short would lose the place."""
    if resume is None or cursor is None:
        return
    written = resume.with_name(f"{resume.name}.new")
    try:
        written.write_text(cursor + "\n", "utf-8")
        written.replace(resume)
    except OSError as error:
        refuse(f"cannot write {resume}: {error.strerror}")
