import gc

THRESHOLDS = (10_000, 20, 2)
"""How much comes before it looks at what is new, how often it does before it looks at what has stayed a while, and how
often that before it looks at all. The last is asked often because Python does it only once a quarter more has stayed:
else documents that a cache let go of, which hold themselves, add up to many times what that cache may hold.
"""


def settle() -> None:
    """Let the garbage collector look at less: a page makes thousands of objects that go as they came, without it.

    What was made so far stays, and is left out for good: next to nothing of it is garbage, and to find that out would
    take a tenth of the start. Of what comes, 10,000 may be there before it looks.
    """
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
