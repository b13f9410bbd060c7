from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs

from gateway.model.tenant import Tenant
from gateway.services.alexa.arns import device_arn
from gateway.store.alexa_devices import NewAlexaDevice
from tests.clients.boto3_process import Client
from tests.clients.site import Site

ONE_CLICK, ALEXA = "iot1click-devices", "alexaforbusiness"
REGIONS = {ONE_CLICK: "us-west-2", ALEXA: "us-east-1"}
PREFIXES = {ONE_CLICK: "/one-click", ALEXA: "/alexa-for-business"}
ECHO = "A238TWV36W3S92"

STATUSES = {
    "ForbiddenException": 403,
    "InternalFailure": 500,
    "InternalFailureException": 500,
    "InvalidRequestException": 400,
    "PreconditionFailedException": 412,
    "RangeNotSatisfiableException": 416,
    "ResourceConflictException": 409,
    "ResourceNotFoundException": 404,
    "AlreadyExistsException": 400,
    "DeviceNotRegisteredException": 400,
    "LimitExceededException": 400,
    "NameInUseException": 400,
    "NotFoundException": 400,
    "ResourceInUseException": 400,
    "ValidationException": 400,
}
"""What the wire tables say of each error."""

OUTSIDE_THE_MODELS = frozenset({"InternalFailure", "ValidationException"})
"""AWS's own of any service: boto3 raises a plain ClientError with this code."""


@dataclass(frozen=True)
class Account:
    """Calls by boto3 with the account's own key; parameters and answers as boto3 has them."""

    site: Site
    number: str
    clients: Mapping[str, Client]

    def one_click(self, operation: str, **params: object) -> dict[str, Any]:
        return self._answered(ONE_CLICK, operation, params)

    def alexa(self, operation: str, **params: object) -> dict[str, Any]:
        return self._answered(ALEXA, operation, params)

    def one_click_refuses(self, code: str, operation: str, **params: object) -> dict[str, Any]:
        """Make sure of the exception's class, HTTP status and message, and that nothing changed; return the error."""
        return self._refused(ONE_CLICK, code, operation, params)

    def alexa_refuses(self, code: str, operation: str, **params: object) -> dict[str, Any]:
        return self._refused(ALEXA, code, operation, params)

    def one_click_pages(self, operation: str, size: int, **params: object) -> list[dict[str, Any]]:
        """What boto3's own paginator reads, page by page."""
        return self._pages(ONE_CLICK, operation, size, params)

    def alexa_pages(self, operation: str, size: int, **params: object) -> list[dict[str, Any]]:
        return self._pages(ALEXA, operation, size, params)

    def claimed_button(self, **tags: str) -> str:
        """Claim a new button by the long way, and enable it; return its id."""
        device_id = self.site.button()
        self.one_click("InitiateDeviceClaim", DeviceId=device_id)
        self.site.press(device_id)
        self.one_click("FinalizeDeviceClaim", DeviceId=device_id, Tags=tags)
        self.one_click("UpdateDeviceState", DeviceId=device_id, Enabled=True)
        return device_id

    def button_arn(self, device_id: str) -> str:
        return f"arn:aws:iot1click:us-west-2:{self.number}:devices/{device_id}"

    def echo(self, name: str | None = None, **members: Any) -> str:  # noqa: ANN401 - of any type
        """Register an Echo device; return its ARN."""
        tenant = Tenant(self.number, REGIONS[ALEXA])
        serial_number = f"G090LF{next(self.site.numbers):06}"
        device = NewAlexaDevice(device_arn(tenant, serial_number, ECHO), serial_number, ECHO, name)
        self.site.echo(tenant, structs.replace(device, **members))
        return device.arn

    def _answered(self, service: str, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        answer = self.site.call(self.clients[service], operation, params)
        assert "output" in answer, answer
        output: dict[str, Any] = answer["output"]
        return output

    def _refused(self, service: str, code: str, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        before = self.site.everything()
        answer = self.site.call(replace(self.clients[service], unchecked=True), operation, params)
        assert "error" in answer, answer
        error: dict[str, Any] = answer["error"]
        told = {name: error[name] for name in ("code", "status", "modelled")}
        assert told == {"code": code, "status": STATUSES[code], "modelled": code not in OUTSIDE_THE_MODELS}
        assert error["message"]
        assert self.site.everything() == before
        return error

    def _pages(self, service: str, operation: str, size: int, params: Mapping[str, object]) -> list[dict[str, Any]]:
        answer = self.site.call(self.clients[service], operation, params, paging={"PageSize": size})
        pages: list[dict[str, Any]] = answer["pages"]
        return pages


def open_account(site: Site) -> Account:
    """An account of its own for each test, which owns nothing yet."""
    key = site.access_key()
    clients = {
        service: Client(service, site.url + prefix, REGIONS[service], key.access_key_id, key.secret)
        for service, prefix in PREFIXES.items()
    }
    return Account(site, key.account, clients)
