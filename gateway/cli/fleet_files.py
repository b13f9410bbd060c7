import json
import sys
from pathlib import Path

import click

from gateway.cli import options
from gateway.cli.progress import shown
from gateway.cli.refusal import refuse
from gateway.cli.store import Opened, at_store
from gateway.services.fleet.export import export
from gateway.services.fleet.imports import ImportReport, import_file
from gateway.services.fleet.refusal import FleetRefusal


@click.command("import", epilog="Example: aws iot1click-devices list-devices | gateway fleet import -")
@click.argument("file", type=options.PATH, help="JSON that the AWS command line printed; - reads standard input.")
@click.option(
    "--remaining-life",
    type=click.Choice(["fraction", "percent"]),
    default="fraction",
    help="How the file tells remaining life.",
)
@options.data
@options.config
@options.source
def import_fleet(file: Path, remaining_life: str, data: Path | None, config: Path | None, source: str | None) -> None:
    """Import devices or users that the AWS command line printed.

    It prints them by list-devices, search-devices and search-users. Pages one after another are fine, and so is what
    gateway fleet export wrote. What is there already, by its ARN, is brought up to date. A file with anything wrong in
    it is not imported at all.
    """
    told = _read(file)

    async def work(opened: Opened) -> ImportReport:
        with shown("Importing") as progress:
            try:
                return await import_file(
                    opened.context,
                    opened.tenants,
                    told,
                    percent=remaining_life == "percent",
                    progress=progress,
                )
            except FleetRefusal as refusal:
                raise FleetRefusal(f"{file}: {refusal}") from refusal

    report = at_store(data, config, work, source)
    for warning in report.warnings:
        click.secho(f"gateway: {file}: {warning}", fg="yellow", err=True)
    for noun, counts in report.counts.items():
        click.echo(f"{noun}: {counts.added} added, {counts.updated} updated, {counts.unchanged} unchanged")
    if not report.counts:
        click.echo("nothing to import")


@click.command("export", epilog="Example: gateway fleet export > fleet.json")
@click.option("--output", "-o", type=options.PATH, metavar="FILE", help="File to write; else standard output.")
@options.data
@options.config
@options.source
def export_fleet(output: Path | None, data: Path | None, config: Path | None, source: str | None) -> None:
    """Write devices and users as the AWS command line prints them.

    gateway fleet import reads it back.
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
