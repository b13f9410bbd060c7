"""Life left in a button: a fraction where devices are described, percent in events, health and thresholds."""

CLICK = 0.0005
DECIMALS = 6


def after_click(remaining_life: float) -> float:
    """What a click leaves of a fraction, never less than nothing."""
    return max(0.0, round(remaining_life - CLICK, DECIMALS))


def percent(fraction: float) -> float:
    return round(fraction * 100, DECIMALS)


def fraction(of_hundred: float) -> float:
    return round(of_hundred / 100, DECIMALS)
