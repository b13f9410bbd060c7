import gc
import sys

gc.disable()  # nothing of what is imported is garbage, and looking for some takes a quarter of the time
sys.modules["rich"] = None  # type: ignore[assignment]  # what the import system takes for "not there", and mypy not
import structlog  # noqa: E402, F401  # it would bring Rich along, for tracebacks that nobody asks it for

del sys.modules["rich"]

from gateway.cli import main as command_line  # noqa: E402  # after what it is about
from gateway.cli.garbage import settle  # noqa: E402  # the same


def main() -> None:
    settle()
    command_line()


if __name__ == "__main__":  # and not in workers, which import this too
    main()
