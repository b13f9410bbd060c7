from gateway.services.context import ServiceContext
from gateway.services.device_secrets import issue_button_secret, issue_echo_secret
from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.fleet.tenants import FleetTenants
from gateway.services.ingest import UnknownDeviceError
from gateway.store.device_secrets import echo_secrets
from gateway.store.one_click_devices import registered_device


async def issue_secret(context: ServiceContext, tenants: FleetTenants, device: str) -> str:
    """Make a new secret, which ends the former one, for a button (by its id) or an Echo device of the tenant (by its
    serial number or ARN).

    Raise UnknownDeviceError where there is none, FleetRefusal where several Echo devices have the serial number.
    """
    if await context.database.read(lambda connection: registered_device(connection, device)) is not None:
        return await issue_button_secret(context, device)
    if device.startswith("arn:") and tenants.echoes is not None:
        return await issue_echo_secret(context, tenants.echoes, device)
    found = await context.database.read(lambda connection: echo_secrets(connection, device))
    owned = [echo for echo in found if echo.tenant == tenants.echoes]
    if not owned:
        raise UnknownDeviceError(device)
    if len(owned) > 1:
        arns = ", ".join(one.arn for one in owned)
        raise FleetRefusal(f"several devices have the serial number {device!r}; name the ARN: {arns}")
    return await issue_echo_secret(context, owned[0].tenant, owned[0].arn)
