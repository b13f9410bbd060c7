import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

from gateway.execution.budget import Budget, Charge, RateLimited
from gateway.execution.plan import Plan
from gateway.execution.result import ErrorCode, RequestRefused, Result
from gateway.http.address import network_of
from gateway.http.caller import CallerInfo
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest

Planned: TypeAlias = tuple[Plan, GraphQLRequest]


async def charged_together(
    budget: Budget,
    info: CallerInfo,
    planned: Sequence[Planned],
    run: Callable[[Plan, GraphQLRequest], Awaitable[Result]],
) -> list[Result]:
    """Take what the requests may cost, run them side by side, and settle what they did cost; raise as `take` does."""
    plans, requests = zip(*planned, strict=True)
    charge = await take(budget, info, plans, requests)
    results = list(await asyncio.gather(*(run(*one) for one in planned)))
    if charge.cost is None and not any(request.asks_for_cost for _, request in planned):
        return results
    actual = [plan.actual_cost(result.data) for (plan, _), result in zip(planned, results, strict=True)]
    report = await budget.settle(charge, sum(actual))
    return [
        result.at_cost(report.of(plan.requested_cost, cost), tells=request.asks_for_cost)
        for (plan, request), result, cost in zip(planned, results, actual, strict=True)
    ]


async def settled(budget: Budget, charge: Charge, plan: Plan, request: GraphQLRequest, result: Result) -> Result:
    """Give back what was taken and not used, or take what is missing; the result tells of it where somebody asked."""
    tells = request.asks_for_cost
    if charge.cost is None and not tells:
        return result
    report = await budget.settle(charge, plan.actual_cost(result.data), dated=tells)
    return result.at_cost(report, tells=tells)


async def charged_for_kept(budget: Budget, info: CallerInfo, request: GraphQLRequest, result: Result) -> Result:
    """Take what a kept answer costs, which is as much as one object; raise as `take` does."""
    try:
        charge = await budget.take_for_kept(payer(info))
    except RateLimited as limited:
        raise too_early(limited) from limited
    tells = request.asks_for_cost
    if charge.cost is None and not tells:
        return result
    return result.at_cost(await budget.settle(charge, charge.requested, dated=tells), tells=tells)


async def take(budget: Budget, info: CallerInfo, plans: Sequence[Plan], requests: Iterable[GraphQLRequest]) -> Charge:
    """Take what the requests may cost, by their plans, from the caller: all of it or nothing.

    Raise RequestRefused where they would cost too much, HttpRefused 429 where the caller has to wait (503 where nobody
    can tell).
    """
    try:
        return await budget.take(payer(info), plans)
    except RateLimited as limited:
        raise too_early(limited) from limited
    except RequestRefused:
        for request in requests:
            await charge_refusal(budget, info, request)
        raise


async def charge_refusal(budget: Budget, info: CallerInfo, request: GraphQLRequest) -> None:
    """Let the caller pay for a document that was read and is refused; raise HttpRefused 429 where it has to wait."""
    try:
        await budget.refuse(payer(info), request.query)
    except RateLimited as limited:
        raise too_early(limited) from limited


def payer(info: CallerInfo) -> str:
    """Name who is charged: the caller; where nobody is known, the address, of IPv6 its network."""
    return info.caller.id if info.caller.authenticated else network_of(info.address)


def too_early(limited: RateLimited) -> HttpRefused:
    """Tell the caller when to come again, in HTTP's words."""
    status = 503 if limited.uncounted else 429
    member = limited.result.errors[0]
    headers = {"retry-after": str(limited.retry_after)}
    extensions = {name: value for name, value in member["extensions"].items() if name != "code"}
    return HttpRefused(status, ErrorCode.RATE_LIMITED, member["message"], headers, **extensions)
