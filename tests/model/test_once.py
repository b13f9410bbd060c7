from msgspec import Struct

from gateway.model.once import Once


def test_what_is_made_once_is_kept_by_its_object() -> None:
    """It is made when it is first read, for each object apart, and no other value of the object changes by it."""
    made: list[str] = []

    class Named(Struct, frozen=True, dict=True):
        name: str

        @Once
        def shouted(self) -> str:
            made.append(self.name)
            return self.name.upper()

    one, other = Named("one"), Named("other")

    assert made == []
    assert [one.shouted, one.shouted, other.shouted] == ["ONE", "ONE", "OTHER"]
    assert made == ["one", "other"]
    assert one == Named("one")
    assert hash(one) == hash(Named("one"))
