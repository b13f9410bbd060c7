import gc

gc.disable()  # nothing of what is imported is garbage, and looking for some takes a seventh of the time

from gateway.cli import main  # noqa: E402  # after what it is about

if __name__ == "__main__":  # and not in workers, which import this too
    main()
