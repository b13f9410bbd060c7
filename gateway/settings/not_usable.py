class NotUsable(Exception):
    """What the settings say, or what they point at, cannot be used; the message says what to do."""
