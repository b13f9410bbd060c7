from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from gateway.settings.kinds import Group, Positive


class StorageSettings(Group):
    """What is kept, where, and for how long."""

    data: Path = Field(default=Path("data"), description="Directory of the database and of the secret key.")
    database_url: SecretStr | None = Field(
        default=None, description="postgresql://…; without it SQLite in the data directory."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Signs cursors and encrypts access keys; 32 characters at least, as random as can be. "
        "Without it one is made and kept in the data directory.",
    )
    events_kept: Positive = Field(default=30, description="Days that the embedded services keep events.")
    changes_kept: Positive = Field(default=7, description="Days that the change log goes back.")
    demo: bool = Field(default=False, description="Fill an empty store with the demo fleet and keep it alive.")

    @field_validator("database_url")
    @classmethod
    def _of_postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("postgresql://", "postgres://")):
            message = "it must begin with postgresql://"
            raise ValueError(message)
        return url
