import secrets
from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.model.claim_code import CLAIM_CODE
from gateway.services.context import ServiceContext
from gateway.services.fleet.additions import check_button_id
from gateway.services.fleet.demo_buttons import BUTTON
from gateway.services.fleet.refusal import FleetRefusal
from gateway.store.claim_codes import add_claim_code
from gateway.store.manufacture import print_claim_code
from gateway.store.one_click_devices import register_device, registered_device
from gateway.store.times import milliseconds

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SHORTEST = 12
"""What ClaimDevicesByClaimCode can answer with has at least so many characters."""


def new_code() -> str:
    parts = ("".join(secrets.choice(CODE_ALPHABET) for _ in range(4)) for _ in range(4))
    return "C-" + "-".join(parts)


async def make_claim_code(context: ServiceContext, code: str, device_ids: Sequence[str]) -> None:
    """Put a new code on the boxes of buttons, which are made where they are not known yet.

    Raise FleetRefusal where the code is known, or one of the buttons has an owner.
    """
    if not CLAIM_CODE.fullmatch(code) or len(code) < SHORTEST:
        raise FleetRefusal(f"{code!r} is no claim code: C-, then letters, digits and '-', {SHORTEST} to 40 characters")
    for device_id in device_ids:
        check_button_id(device_id)
    now = milliseconds(context.clock())

    def write(connection: Connection) -> None:
        if not add_claim_code(connection, code, now):
            raise FleetRefusal(f"there is a claim code {code!r} already")
        for device_id in device_ids:
            register_device(connection, device_id, BUTTON, code)
            known = registered_device(connection, device_id, lock=True)
            if known is not None and known.owner is not None:
                raise FleetRefusal(f"the button {device_id!r} is claimed already")
        print_claim_code(connection, code, device_ids)

    await context.database.write(write)
