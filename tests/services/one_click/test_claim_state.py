from tests.services.one_click.fleet import BUTTON, HERE, NEIGHBOUR, Fleet, button_id


async def test_only_the_claimant_sees_how_far_a_claim_is(fleet: Fleet) -> None:
    """Beyond the wire a claim's state is told to who makes it; to everyone else the device is as good as not there."""

    async def states() -> list[str]:
        asked = [(HERE, BUTTON), (NEIGHBOUR, BUTTON), (HERE, button_id(9)), (HERE, "\0")]
        found = [await fleet.service.call_beyond(tenant, "GetClaimState", {"DeviceId": one}) for tenant, one in asked]
        return [answer["State"] for answer in found]

    await fleet.manufacture()
    before = await states()
    await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)
    initiated = await states()
    await fleet.press()
    await fleet.call("FinalizeDeviceClaim", DeviceId=BUTTON)
    claimed = await states()
    await fleet.call("UnclaimDevice", DeviceId=BUTTON)

    assert before == ["UNCLAIMED"] * 4
    assert initiated == ["CLAIM_INITIATED", "UNCLAIMED", "UNCLAIMED", "UNCLAIMED"]
    assert claimed == ["CLAIMED", "UNCLAIMED", "UNCLAIMED", "UNCLAIMED"]
    assert await states() == before
