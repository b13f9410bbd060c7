import gc

gc.disable()  # nothing of what is imported is garbage, and looking for some takes an eighth of the time

from gateway.cli import main as command_line  # noqa: E402  # after what it is about


def main() -> None:
    gc.enable()
    command_line()


if __name__ == "__main__":  # and not in workers, which import this too
    main()
