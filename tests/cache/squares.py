import asyncio
from collections.abc import Sequence


class Squares:
    """Squares of numbers; negative ones fail. It writes down what it is asked at once."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.asked.append(list(numbers))
        await asyncio.sleep(0)
        return [ValueError(number) if number < 0 else number * number for number in numbers]
