import gc

gc.disable()  # nothing of what is imported is garbage, and looking for some takes a quarter of the time

from gateway.cli import main as command_line  # noqa: E402  # after what it is about
from gateway.cli.garbage import settle  # noqa: E402  # the same


def main() -> None:
    settle()
    command_line()


if __name__ == "__main__":  # and not in workers, which import this too
    main()
