from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from gateway.store.accounts import AccessKey


def greet(url: str, rows: Sequence[tuple[str, str]], keys: Sequence[AccessKey]) -> None:
    """Print where everything is, and which access keys to use; a secret is in the table only when it may be shown."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in rows:
        table.add_row(f"[bold]{name}[/bold]", value)
    for key in keys:
        table.add_row("[bold]Access key[/bold]", f"{key.access_key_id}  (account {key.account})")
        table.add_row("[bold]Secret key[/bold]", key.secret)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"The gateway is at {url}")
    console.print(table)


def doors(url: str, *, graph: bool, graphiql: bool, embedded: bool) -> list[tuple[str, str]]:
    rows = []
    if graph:
        rows.append(("GraphQL", f"{url}/graphql"))
    if graph and graphiql:
        rows.append(("GraphiQL", f"{url}/"))
    if embedded:
        rows += [
            ("AWS IoT 1-Click", f"{url}/one-click"),
            ("Alexa for Business", f"{url}/alexa-for-business"),
            ("Device ingest", f"{url}/ingest"),
        ]
    return rows
