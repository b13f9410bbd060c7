"""Options that several commands have."""

from pathlib import Path

import click

PATH = click.Path(path_type=Path, readable=False)
"""What commands find out of it themselves, and say as of one that the settings name."""

data = click.option("--data", type=PATH, metavar="DIRECTORY", help="Where the database and the secret key are kept.")
config = click.option("--config", type=PATH, metavar="FILE", help="Settings file; else gateway.toml where it exists.")
source = click.option(
    "--source", metavar="NAME", help="Name of an embedded source; else the first one of each service."
)
