import unicodedata


def name_key(name: str) -> str:
    """The form in which names are compared and sorted: caseless and normalised (NFC), so that equal-looking names
    are equal.

    Python compares strings by code point, which is the order of their UTF-8 bytes: the order of SQLite's BINARY and
    PostgreSQL's "C" collation.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
