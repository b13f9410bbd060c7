from gateway.model.value import value


@value
class Tag:
    key: str
    value: str
