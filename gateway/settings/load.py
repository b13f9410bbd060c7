import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

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
    environment = _Environment(Settings)()
    stated = {name: value for name, value in given.items() if value is not None}
    return Settings.model_validate({**_file(config), **environment, **stated})


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


class _Environment(EnvSettingsSource):
    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 - of any type
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError as error:
            name = PREFIX + field_name.upper()
            raise UnreadableSettings(f'{name} in the environment is not JSON; a list is written ["…", "…"]') from error
