def is_storable(text: str) -> bool:
    """Whether both databases could hold the text; what they could not hold matches nothing in them.

    PostgreSQL refuses NUL, and neither stores a lone surrogate.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
