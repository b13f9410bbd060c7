import orjson
import pytest

from gateway.model import errors
from gateway.sources.faults import FAULTS, LONGEST_MESSAGE, Again, Outage, Refusal, fault_of
from gateway.wire.errors import COMMON
from gateway.wire.service import SPECS


def modelled_codes() -> set[str]:
    specs = [orjson.loads(path.read_bytes()) for path in SPECS.glob("*/*/service-2.json")]
    return {code for spec in specs for code, shape in spec["shapes"].items() if shape.get("exception")}


def test_every_error_of_both_models_has_a_fault() -> None:
    """No error that the two services' models know is left to chance."""
    codes = modelled_codes()

    assert len(codes) == 15
    assert codes - FAULTS.keys() == set()


def test_every_common_error_of_our_own_services_has_a_fault() -> None:
    """What the embedded services may answer beyond their models is in the table too."""
    assert COMMON.keys() - FAULTS.keys() == set()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("NotFoundException", errors.NotFound),
        ("ResourceNotFoundException", errors.NotFound),
        ("ResourceConflictException", errors.Conflict),
        ("NameInUseException", errors.Conflict),
        ("AlreadyExistsException", errors.Conflict),
        ("ResourceInUseException", errors.Conflict),
        ("ConcurrentModificationException", errors.Conflict),
        ("PreconditionFailedException", errors.PreconditionFailed),
        ("DeviceNotRegisteredException", errors.PreconditionFailed),
        ("InvalidCertificateAuthorityException", errors.PreconditionFailed),
        ("ForbiddenException", errors.Forbidden),
        ("LimitExceededException", errors.LimitExceeded),
        ("InvalidRequestException", errors.Rejected),
        ("ValidationException", errors.Rejected),
        ("SerializationException", errors.Rejected),
        ("RangeNotSatisfiableException", errors.CursorExpired),
        ("UnknownOperationException", errors.Unsupported),
    ],
)
def test_a_refusal_keeps_the_services_words(code: str, kind: type[errors.GatewayError]) -> None:
    """What a caller can put right is told as the service told it."""
    error = fault_of(code, "the service's words").error("hq", "the service's words")

    assert type(error) is kind
    assert error.message == "the service's words"


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("ThrottlingException", errors.UpstreamThrottled, "too often"),
        ("TooManyRequestsException", errors.UpstreamThrottled, "too often"),
        ("RequestLimitExceeded", errors.UpstreamThrottled, "too often"),
        ("ServiceUnavailable", errors.UpstreamUnavailable, "not available"),
        ("InternalFailureException", errors.UpstreamUnavailable, "not available"),
        ("InternalServerError", errors.UpstreamUnavailable, "not available"),
        ("AccessDeniedException", errors.UpstreamUnavailable, "credentials"),
        ("ExpiredTokenException", errors.UpstreamUnavailable, "credentials"),
        ("InvalidSignatureException", errors.UpstreamUnavailable, "credentials"),
        ("UnrecognizedClientException", errors.UpstreamUnavailable, "credentials"),
        ("RequestTimeTooSkewed", errors.UpstreamUnavailable, "clocks differ"),
        ("RequestTimeout", errors.UpstreamTimeout, "in time"),
    ],
)
def test_an_outage_is_told_in_our_words(code: str, kind: type[errors.UpstreamError], words: str) -> None:
    """An outage names the source and nothing of what lies behind it."""
    error = fault_of(code, "at 10.0.0.7 with key AKIA").error("hq", "at 10.0.0.7 with key AKIA")

    assert type(error) is kind
    assert error.source == "hq"
    assert error.message.startswith("Source hq ")
    assert words in error.message
    assert "10.0.0.7" not in error.message


def test_an_alexa_token_found_invalid_is_an_expired_cursor() -> None:
    """A page token that Alexa for Business finds invalid reads as a cursor that can no longer be followed."""
    assert fault_of("ValidationException", "Invalid NextToken") == Refusal(errors.CursorExpired)
    assert fault_of("ValidationException", "The next token is not valid") == Refusal(errors.CursorExpired)
    assert fault_of("ThrottlingException", "Too many requests with this NextToken") is FAULTS["ThrottlingException"]
    assert fault_of("ValidationException", "Invalid Filters") == Refusal(errors.Rejected)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Rejected),
        (418, errors.Rejected),
        (429, errors.UpstreamThrottled),
        (500, errors.UpstreamUnavailable),
        (503, errors.UpstreamUnavailable),
        (None, errors.UpstreamUnavailable),
    ],
)
def test_an_unknown_code_goes_by_its_status(status: int | None, kind: type[errors.GatewayError]) -> None:
    """An error that nobody has heard of is the caller's below 500 and the service's from there."""
    assert type(fault_of("BrandNewException", "", status).error("hq", "")) is kind


def test_only_what_was_surely_not_applied_is_always_tried_again() -> None:
    """Of all error codes only throttling says that nothing was done."""
    always = {code for code, fault in FAULTS.items() if fault.again is Again.ALWAYS}
    throttling = {
        code for code, fault in FAULTS.items() if isinstance(fault, Outage) and fault.kind is errors.UpstreamThrottled
    }

    assert always == throttling


def test_a_service_that_says_nothing_or_far_too_much_still_gives_a_message() -> None:
    """A refusal's text is never empty and never a flood."""
    refusal = FAULTS["NotFoundException"]

    assert refusal.error("hq", "").message == "The service refused this and gave no reason."
    assert len(refusal.error("hq", "x" * 100_000).message) == LONGEST_MESSAGE
