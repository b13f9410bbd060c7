from msgspec import Struct

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.fleet.refusal import FleetRefusal
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings


class FleetTenants(Struct, frozen=True):
    """Whose the buttons and the echoes are; None where no embedded source has devices of that service."""

    buttons: Tenant | None
    echoes: Tenant | None

    @property
    def accounts(self) -> tuple[str, ...]:
        """Each account once, the buttons' first."""
        return tuple(dict.fromkeys(tenant.account for tenant in (self.buttons, self.echoes) if tenant is not None))


def fleet_tenants(settings: Settings, source: str | None = None) -> FleetTenants:
    """The first embedded source of each service, or the one named; raise FleetRefusal where there is none."""
    embedded = [one for one in settings.sources if one.embedded and source in (None, one.name)]
    if not embedded and source is None:
        raise FleetRefusal("the settings name no embedded source: the devices of an endpoint are kept elsewhere")
    if not embedded:
        raise FleetRefusal(f"no embedded source is named {source!r}; there {_named(settings)}")
    return FleetTenants(_first(embedded, DeviceService.ONE_CLICK), _first(embedded, DeviceService.ALEXA_FOR_BUSINESS))


def _first(sources: list[SourceSettings], service: DeviceService) -> Tenant | None:
    found = (Tenant(one.account, one.aws_region) for one in sources if one.service == service.value)
    return next(found, None)


def _named(settings: Settings) -> str:
    names = [repr(one.name) for one in settings.sources if one.embedded]
    if not names:
        return "is none"
    return f"is {names[0]}" if len(names) == 1 else f"are {', '.join(names[:-1])} and {names[-1]}"
