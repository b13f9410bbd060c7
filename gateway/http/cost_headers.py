from gateway.execution.cost_report import CostReport

REQUESTED, ACTUAL, LIMIT = b"x-cost-requested", b"x-cost-actual", b"x-cost-limit"
REMAINING, RESET = b"x-cost-remaining", b"x-cost-reset"
COST_HEADERS = tuple(name.decode() for name in (REQUESTED, ACTUAL, LIMIT, REMAINING, RESET))


def cost_headers(report: CostReport) -> list[tuple[bytes, bytes]]:
    """Tell a cost in headers; `x-cost-reset` is in seconds from now, so that no clocks have to agree."""
    headers = [(REQUESTED, b"%d" % report.requested), (ACTUAL, b"%d" % report.actual), (LIMIT, b"%d" % report.limit)]
    if report.remaining is not None:
        headers.append((REMAINING, b"%d" % report.remaining))
    if report.reset_after is not None:
        headers.append((RESET, b"%d" % report.reset_after))
    return headers
