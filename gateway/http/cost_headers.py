from gateway.execution.cost_report import CostReport

COST_HEADERS = ("x-cost-requested", "x-cost-actual", "x-cost-limit", "x-cost-remaining", "x-cost-reset")
_NAMES = tuple(name.encode() for name in COST_HEADERS)


def cost_headers(report: CostReport) -> list[tuple[bytes, bytes]]:
    """Tell a cost in headers; `x-cost-reset` is in seconds from now, so that no clocks have to agree."""
    values = (report.requested, report.actual, report.limit, report.remaining, report.reset_after)
    return [(name, b"%d" % value) for name, value in zip(_NAMES, values, strict=True) if value is not None]
