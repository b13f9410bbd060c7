import pytest

from gateway.wire.patterns import compiled
from gateway.wire.service import ServiceModel, Shape

_NAME = r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]*"
_PERSON = r"([A-Za-z\-' 0-9._]|\p{IsLetter})*"
_TAG = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"
_EMAIL = r"\w[+-.\w]*@\w[\w\.\-]+\.[0-9a-zA-Z]{2,24}"
_ARN = r"arn:[a-z0-9-\.]{1,63}:[a-z0-9-\.]{0,63}:[a-z0-9-\.]{0,63}:[a-z0-9-\.]{0,63}:[^/].{0,1023}"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (_NAME, ""),
        (_NAME, "Küche 2\t\r\n\x85"),
        (_NAME, "bell \U0001f514"),
        (_NAME, "\U00010000\U0010ffff"),
        (_PERSON, "Zoë O'Neil-Ōe 2.0_"),
        (_PERSON, "\U00010400"),  # a letter beyond the BMP
        (_TAG, "a b:/=+-@_.é٣\u2028"),
        (_EMAIL, "a+b.c-d@example.co.uk"),
        (_ARN, "arn:aws:a4b:us-east-1:123456789012:device/0123/ABC:A238TWV36W3S92"),
        (_ARN, "arn:aws.x-y::::x"),
        (r"[a-zA-Z0-9][a-zA-Z0-9_-]*", "A-_9"),
    ],
)
def test_what_the_service_takes_is_taken(pattern: str, text: str) -> None:
    """Names, people, tags, mail addresses and ARNs of every script are valid as the service has them."""
    assert compiled(pattern).fullmatch(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (_NAME, "a\x00"),
        (_NAME, "\x7f"),
        (_NAME, "\ufffe"),
        (_PERSON, "a\n"),
        (_PERSON, "é!"),
        (_TAG, "a\n"),
        (_TAG, "a#"),
        (_EMAIL, "é@example.com"),  # \w is ASCII only in Java
        (_EMAIL, "a@exämple.com"),
        (_EMAIL, "a@example.c"),
        (_EMAIL, "a@example.com\n"),
        (_ARN, "arn:aws:a4b:us-east-1:123456789012:/device"),
        (_ARN, "arn:aws:a4b:us-east-1:123456789012:x\u2028y"),  # a dot is not a line separator in Java
        (_ARN, "arn:aws:a4b:us-east-1:123456789012:" + "x" * 1025),
        (_ARN, "xarn:aws:a4b:us-east-1:123456789012:x"),
        (_ARN, "arn:AWS:a4b:us-east-1:123456789012:x"),
        (r"[a-zA-Z0-9]{1,200}", "é"),
        (r"[a-zA-Z0-9]{1,200}", ""),
    ],
)
def test_what_the_service_refuses_is_refused(pattern: str, text: str) -> None:
    """Nothing outside the Java pattern passes, nor a text of which only a part fits."""
    assert not compiled(pattern).fullmatch(text)


def test_every_pattern_of_the_models_compiles(one_click: ServiceModel, alexa: ServiceModel) -> None:
    """No operation fails on a pattern that could not be translated."""
    patterns = {
        shape.pattern
        for model in (one_click, alexa)
        for operation in model.operations.values()
        for shape in _shapes(operation.input)
        if shape.pattern
    }

    assert {_NAME, _PERSON, _TAG, _EMAIL, _ARN} < patterns
    assert all(compiled(pattern) for pattern in patterns)


def _shapes(shape: Shape) -> list[Shape]:
    inner = [member.shape for member in shape.members.values()] + ([shape.element] if shape.element else [])
    return [shape, *(each for one in inner for each in _shapes(one))]
