import json
import os
import tomllib
from pathlib import Path
from typing import Any, get_origin

from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import PREFIX, Settings

CONFIG_FILE = "gateway.toml"
CONFIG_VARIABLE = PREFIX + "CONFIG"


class UnknownSetting(NotUsable):
    """The environment names a setting that does not exist."""


class UnreadableSettings(NotUsable):
    """The settings file, or a variable of the environment, is not of the form that it must have."""


def load(config: Path | None = None, **given: object) -> Settings:
    """Read the settings: what the command line gave (None: nothing), then the environment, then the file.

    Without `config` (or GATEWAY_CONFIG) gateway.toml of the working directory is read where it exists.
    Raise FileNotFoundError, UnreadableSettings, UnknownSetting, or pydantic's ValidationError naming each setting.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG_VARIABLE}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise UnknownSetting(f"unknown setting {unknown[0]} in the environment")
    stated = {name: value for name, value in given.items() if value is not None}
    return Settings.model_validate({**_file(config), **_environment(), **stated})


def _file(config: Path | None) -> dict[str, Any]:
    named = config or (Path(os.environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in os.environ else None)
    file = named or Path(CONFIG_FILE)
    if named is None and not file.is_file():
        return {}
    if not file.is_file():
        raise FileNotFoundError(f"there is no settings file {file}")
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableSettings(f"the settings file {file} cannot be read: {error}") from error


def _environment() -> dict[str, Any]:
    """What variables say, as text; lists are JSON. An empty one says nothing."""
    variables = ((name, PREFIX + name.upper()) for name in Settings.model_fields)
    return {name: _value(name, variable) for name, variable in variables if os.environ.get(variable)}


def _value(name: str, variable: str) -> Any:  # noqa: ANN401 - of any type
    text = os.environ[variable]
    if get_origin(Settings.model_fields[name].annotation) is not tuple:
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise UnreadableSettings(f'{variable} in the environment is not JSON; a list is written ["…", "…"]') from error
