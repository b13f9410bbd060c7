"""What the doctor looks at in front of the graph: doors, names, the store of rates, trusted documents, the issuer."""

from collections.abc import Mapping

from gateway.app.budget import ask_rate_store
from gateway.app.callers import count_token_keys
from gateway.app.documents import read_trusted
from gateway.app.doors import Door, open_doors
from gateway.cli.finding import Finding, State
from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import Settings
from gateway.settings.web import LOOPBACK

SHOWN = 3


async def examine_front_door(settings: Settings) -> list[Finding]:
    """Each that the settings ask for."""
    found = [examine_doors(settings)]
    if settings.host not in LOOPBACK:
        found.append(examine_names(settings))
    if settings.rate_store_url is not None:
        found.append(await _examine_rates(settings))
    if settings.trusted_documents is not None:
        found.append(await _examine_trusted(settings))
    if settings.token_issuer is not None and settings.authentication == "required":
        found.append(await _examine_issuer(settings))
    return found


def examine_doors(settings: Settings) -> Finding:
    """What is open on which port; beyond loopback the services are better apart, or counted."""
    doors = open_doors(settings)
    found = _by_port(doors)
    beyond = settings.host not in LOOPBACK
    if beyond and doors.get(Door.AWS) == settings.port and not settings.aws_calls_a_second:
        advice = "SDKs may call the services as often as they like: set aws_rate, or aws_port, or aws = false."
        return Finding("doors", State.NOTICE, found, advice)
    return Finding("doors", State.FINE, found)


def examine_names(settings: Settings) -> Finding:
    """By which names it can be called from elsewhere."""
    elsewhere = [name for name in settings.allowed_hosts if name.strip("[]") not in LOOPBACK]
    if elsewhere:
        return Finding("names", State.FINE, ", ".join(elsewhere))
    found = f"listens on {settings.host}, and answers under loopback's names only"
    return Finding("names", State.NOTICE, found, "List in allowed_hosts the names that it is called by.")


async def _examine_rates(settings: Settings) -> Finding:
    try:
        reason = await ask_rate_store(settings)
    except NotUsable as error:
        return Finding("store of rates", State.WRONG, str(error))
    if reason is None:
        return Finding("store of rates", State.FINE, "answers")
    meanwhile = "each replica counts for itself" if settings.rate_store_down == "open" else "what is counted is refused"
    advice = f"Check rate_store_url (GATEWAY_RATE_STORE_URL): host, port, password. Until then {meanwhile}."
    return Finding("store of rates", State.WRONG, f"does not answer: {reason}", advice)


async def _examine_trusted(settings: Settings) -> Finding:
    subject = "trusted documents"
    try:
        documents = await read_trusted(settings)
    except NotUsable as error:
        return Finding(subject, State.WRONG, str(error), "A server with these settings does not start.")
    if documents.refused:
        named = ", ".join(documents.refused[:SHOWN]) + (", …" if len(documents.refused) > SHOWN else "")
        found = f"{len(documents.refused)} of {len(documents)} are not valid for this graph: {named}"
        return Finding(subject, State.NOTICE, found, "Whoever asks for one of these is told why; make the file anew.")
    return Finding(subject, State.FINE, f"{len(documents)}, all valid")


async def _examine_issuer(settings: Settings) -> Finding:
    subject = "token issuer"
    try:
        count = await count_token_keys(settings)
    except Exception as error:  # noqa: BLE001 - whatever the network or the issuer says is what is to be told
        found = f"its keys cannot be had: {type(error).__name__} {error}".strip()
        return Finding(subject, State.WRONG, found, "Check token_issuer and token_keys_url; no token can be verified.")
    if count:
        return Finding(subject, State.FINE, f"publishes {count} keys")
    return Finding(subject, State.WRONG, "publishes no key", "Check token_issuer and token_keys_url.")


def _by_port(doors: Mapping[Door, int]) -> str:
    ports = sorted(set(doors.values()), key=list(doors.values()).index)
    return "; ".join(f"{', '.join(door for door, there in doors.items() if there == port)} on {port}" for port in ports)
