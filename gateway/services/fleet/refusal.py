from gateway.settings.not_usable import NotUsable


class FleetRefusal(NotUsable):
    """Something that the fleet does not do; the message tells its user why, and nothing was changed."""
