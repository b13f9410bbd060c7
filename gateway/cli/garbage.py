import gc

THRESHOLDS = (10_000, 20, 50)


def settle() -> None:
    """Let the garbage collector look at less: a page makes thousands of objects that go as they came, without it.

    What was made so far stays, and is left out for good: next to nothing of it is garbage, and to find that out would
    take a tenth of the start. Of what comes, 10,000 may be there before it looks.
    """
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
