from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.ingest import InvalidReportError, UnknownDeviceError
from gateway.settings.load import load
from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import Settings
from gateway.store.accounts import WrongEncryptionKeyError
from gateway.store.unusable import told_when_unusable
from gateway.wire.errors import ServiceError


def read_settings(config: Path | None, **given: Any) -> Settings:  # noqa: ANN401  # each setting has a type of its own
    """Read the settings, or say what is wrong with them and leave."""
    try:
        return load(config, **given)
    except NotUsable as error:
        refuse(str(error))


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
    click.secho(f"gateway: {message}", fg="red", err=True)
    raise click.exceptions.Exit(1)
