import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.ingest import InvalidReportError, UnknownDeviceError
from gateway.settings.load import load
from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import Settings
from gateway.store.accounts import WrongEncryptionKeyError
from gateway.store.unusable import told_when_unusable
from gateway.wire.errors import ServiceError

UNREADABLE = (ValidationError, NotUsable, FileNotFoundError, tomllib.TOMLDecodeError)
"""What reading the settings may raise; `explain` puts it into words."""


def read_settings(config: Path | None, **given: Any) -> Settings:  # noqa: ANN401  # each setting has a type of its own
    """Read the settings, or say what is wrong with them and leave."""
    try:
        return load(config, **given)
    except UNREADABLE as error:
        refuse(explain(error))


def explain(error: Exception) -> str:
    """What is wrong with the settings, a line for each."""
    if isinstance(error, ValidationError):
        return "\n".join(_line(problem) for problem in error.errors())
    return str(error)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the user can put right into a message and exit code 1; everything else is a bug and shows itself."""
    try:
        with told_when_unusable():
            yield
    except (NotUsable, FleetRefusal, InvalidReportError, WrongEncryptionKeyError) as error:
        refuse(str(error))
    except UnknownDeviceError as error:
        refuse(f"there is no device {str(error)!r}")
    except ServiceError as error:
        refuse(error.message)


def refuse(message: str) -> NoReturn:
    typer.secho(f"gateway: {message}", fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


def _place(loc: tuple[int | str, ...]) -> str:
    """Name a setting; one of a source's by the number that a reader would count."""
    match loc:
        case ("sources", int(index), *rest):
            return " of ".join([*map(str, rest), f"source {index + 1}"])
    return ".".join(map(str, loc))


def _line(problem: ErrorDetails) -> str:
    place = _place(problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        return f"unknown setting {place}"
    return f"setting {place}: {message}" if place else message
