import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.progress import shown
from gateway.cli.refusal import refuse
from gateway.cli.store import Config, Data, Opened, Source, at_store
from gateway.services.fleet.export import export
from gateway.services.fleet.imports import ImportReport, import_file
from gateway.services.fleet.refusal import FleetRefusal


class Unit(StrEnum):
    """How descriptions tell remaining life."""

    FRACTION = "fraction"
    PERCENT = "percent"


File = Annotated[Path, typer.Argument(help="What the AWS command line printed, as JSON; - reads standard input.")]
Life = Annotated[Unit, typer.Option("--remaining-life", help="How the file tells remaining life.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else standard output.")]


def import_fleet(
    file: File, *, remaining_life: Life = Unit.FRACTION, data: Data = None, config: Config = None, source: Source = None
) -> None:
    """Import what list-devices, search-devices or search-users of the AWS command line printed.

    Pages one after another are fine, and so is what `gateway fleet export` wrote. What is there already, by its ARN, is
    brought up to date. A file with anything wrong in it is not imported at all.

    Example: `aws iot1click-devices list-devices > buttons.json && gateway fleet import buttons.json`
    """
    told = _read(file)

    async def work(opened: Opened) -> ImportReport:
        with shown("Importing") as progress:
            try:
                return await import_file(
                    opened.context,
                    opened.tenants,
                    told,
                    percent=remaining_life is Unit.PERCENT,
                    progress=progress,
                )
            except FleetRefusal as refusal:
                raise FleetRefusal(f"{file}: {refusal}") from refusal

    report = at_store(data, config, work, source)
    for warning in report.warnings:
        typer.secho(f"gateway: {file}: {warning}", fg=typer.colors.YELLOW, err=True)
    for noun, counts in report.counts.items():
        typer.echo(f"{noun}: {counts.added} added, {counts.updated} updated, {counts.unchanged} unchanged")
    if not report.counts:
        typer.echo("nothing to import")


def export_fleet(*, output: Output = None, data: Data = None, config: Config = None, source: Source = None) -> None:
    """Write devices and users as the AWS command line prints them; `gateway fleet import` reads it back.

    Example: `gateway fleet export > fleet.json`
    """

    async def work(opened: Opened) -> str:
        with shown("Exporting") as progress:
            sections = await export(opened.context, opened.tenants, progress=progress)
        return json.dumps(sections, ensure_ascii=False, indent=4)

    text = at_store(data, config, work, source, existing=True) + "\n"
    if output is None:
        sys.stdout.buffer.write(text.encode())
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        refuse(f"cannot write {output}: {error.strerror}")


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        refuse(f"cannot read {file}: {error.strerror}")
