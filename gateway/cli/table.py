from rich.console import Console
from rich.table import Table

WIDE = 1000


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal; in a pipe as wide as it is, a line a row."""
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=WIDE)).print(table)
