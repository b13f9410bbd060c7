from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from gateway.app.aws import AWS_PATHS
from gateway.app.doors import Door
from gateway.http.application import application
from gateway.http.ingest import NO_INGEST
from gateway.http.options import HttpOptions
from gateway.http.ports import ByPort
from gateway.http.service_doors import service_doors
from gateway.observability.metrics import Metrics
from gateway.wire.closed import ClosedServiceApp
from gateway.wire.service import load

ANY_HOST = ("*",)


def on_ports(
    main: int,
    doors: Mapping[Door, int],
    routes: Mapping[Door, Sequence[BaseRoute]],
    options: HttpOptions,
    metrics: Metrics,
) -> ASGIApp:
    """Put the routes of each door on its port; those of a door that is shut answer 404 as its paths would.

    GraphiQL on a port of its own has all beside it that is on the `main` port: it asks the graph. A port that has but
    metrics answers under any Host: whoever reads them asks by address, and a page could learn little from them.
    """
    closed = [*service_doors({path: ClosedServiceApp(load(name)) for path, name in AWS_PATHS.items()}), *NO_INGEST]

    def on(port: int) -> list[BaseRoute]:
        return [route for door, there in doors.items() if there == port for route in routes[door]]

    def app(port: int) -> ASGIApp:
        here = {door for door, there in doors.items() if there == port}
        beside = on(main) if Door.GRAPHIQL in here and port != main else []
        hosts = ANY_HOST if here == {Door.METRICS} else options.allowed_hosts
        return application([*on(port), *beside, *closed], replace(options, allowed_hosts=hosts), metrics)

    others = {port: app(port) for port in set(doors.values()) - {main}}
    return ByPort(app(main), others) if others else app(main)
