class FleetRefusal(Exception):
    """Something that the fleet does not do; the message tells its user why, and nothing was changed."""
