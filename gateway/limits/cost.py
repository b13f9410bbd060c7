class CostPassed(Exception):
    """An operation, or all of a batch together, would cost more than it may; both numbers are told to the caller."""

    def __init__(self, requested: int, maximum: int) -> None:
        self.message = f"The request would cost {requested}; it may cost {maximum} at most."
        super().__init__(self.message)
        self.requested = requested
        self.maximum = maximum


def check_cost(requested: int, maximum: int) -> None:
    """Refuse what would cost more than `maximum`, before any of it is run."""
    if requested > maximum:
        raise CostPassed(requested, maximum)
