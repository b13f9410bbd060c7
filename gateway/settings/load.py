import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import Field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_origin

from gateway.settings.not_usable import NotUsable
from gateway.settings.read import WrongSettings, read
from gateway.settings.settings import PREFIX, Settings

CONFIG_FILE = "gateway.toml"
CONFIG_VARIABLE = PREFIX + "CONFIG"
VARIABLES: Mapping[str, Field[Any]] = MappingProxyType({PREFIX + one.name.upper(): one for one in fields(Settings)})
"""What the environment may say, beside where the settings file is."""


class UnreadableSettings(NotUsable):
    """The settings file, or a variable of the environment, is missing or not of the form that it must have."""


def load(config: Path | None = None, **given: object) -> Settings:
    """Read the settings: what the command line gave (None: nothing), then the environment, then the file.

    Without `config` (or GATEWAY_CONFIG) gateway.toml of the working directory is read where it exists.
    Raise UnreadableSettings, or WrongSettings naming each setting.
    """
    known = {*VARIABLES, CONFIG_VARIABLE}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise WrongSettings([f"unknown setting {name} in the environment" for name in unknown])
    stated = {name: value for name, value in given.items() if value is not None}
    return read(Settings, {**_file(config), **_environment(), **stated})


def _file(config: Path | None) -> dict[str, Any]:
    named = config or (Path(os.environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in os.environ else None)
    file = named or Path(CONFIG_FILE)
    if named is None and not file.is_file():
        return {}
    if not file.is_file():
        raise UnreadableSettings(f"there is no settings file {file}")
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableSettings(f"the settings file {file} cannot be read: {error}") from error


def _environment() -> dict[str, Any]:
    """What variables say, as text; lists are JSON. An empty one says nothing."""
    return {one.name: _value(one, variable) for variable, one in VARIABLES.items() if os.environ.get(variable)}


def _value(setting: Field[Any], variable: str) -> Any:  # noqa: ANN401 - of any type
    text = os.environ[variable]
    if get_origin(setting.type) is not tuple:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableSettings(f'{variable} in the environment is not JSON; a list is written ["…", "…"]') from error
