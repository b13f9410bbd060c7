import asyncio
import gc
from functools import partial

from gateway.cache.in_flight import InFlight


class Asked:
    """A question that is answered when the test says so; counts how often it was asked, and given up."""

    def __init__(self) -> None:
        self.count = 0
        self.given_up = 0
        self.answers: list[asyncio.Future[str]] = []

    async def __call__(self) -> str:
        self.count += 1
        answer = asyncio.get_running_loop().create_future()
        self.answers.append(answer)
        try:
            return await answer
        except asyncio.CancelledError:
            self.given_up += 1
            raise


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def begun(in_flight: InFlight[str], asked: Asked, count: int, key: str = "a") -> list[asyncio.Task[str]]:
    reads = [asyncio.create_task(in_flight.read(key, asked)) for _ in range(count)]
    await settle()
    return reads


async def test_equal_reads_at_the_same_moment_are_one_call() -> None:
    """However many wait for the same thing, it is asked for once, and all get the answer."""
    in_flight, asked = InFlight[str](), Asked()
    reads = await begun(in_flight, asked, 64)
    asked.answers[0].set_result("x")

    assert await asyncio.gather(*reads) == ["x"] * 64
    assert asked.count == 1


async def test_other_reads_are_calls_of_their_own() -> None:
    """What differs is asked for apart, and what comes later is asked for anew."""
    in_flight, asked = InFlight[str](), Asked()
    reads = await begun(in_flight, asked, 1, "a") + await begun(in_flight, asked, 1, "b")
    for answer in asked.answers:
        answer.set_result("x")
    await asyncio.gather(*reads)
    [later] = await begun(in_flight, asked, 1, "a")
    asked.answers[2].set_result("y")

    assert await later == "y"
    assert asked.count == 3


async def test_one_that_gives_up_leaves_the_call_to_the_others() -> None:
    """A deadline of one caller, even of the first, is nothing to those who wait with it."""
    in_flight, asked = InFlight[str](), Asked()
    first, *others = await begun(in_flight, asked, 3)
    first.cancel()
    await settle()
    asked.answers[0].set_result("x")

    assert await asyncio.gather(*others) == ["x", "x"]
    assert first.cancelled()
    assert (asked.count, asked.given_up) == (1, 0)


async def test_the_last_one_that_gives_up_ends_the_call() -> None:
    """What nobody waits for is not asked to its end, and whoever comes then asks anew."""
    in_flight, asked = InFlight[str](), Asked()
    for read in await begun(in_flight, asked, 3):
        read.cancel()
    [later] = await begun(in_flight, asked, 1)
    asked.answers[1].set_result("y")

    assert await later == "y"
    assert (asked.count, asked.given_up) == (2, 1)


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    """All who waited learn of a failure; the next one asks again."""
    in_flight, asked = InFlight[str](), Asked()
    reads = await begun(in_flight, asked, 3)
    asked.answers[0].set_exception(OSError("down"))
    failures = await asyncio.gather(*reads, return_exceptions=True)
    [later] = await begun(in_flight, asked, 1)
    asked.answers[1].set_result("y")

    assert [str(failure) for failure in failures] == ["down"] * 3
    assert await later == "y"


async def test_a_failure_that_nobody_waits_for_any_more_is_nobodys() -> None:
    """A call that fails just as its last caller gives up leaves no noise behind."""
    in_flight, asked = InFlight[str](), Asked()
    noise: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    reads: list[asyncio.Task[object]] = [
        asyncio.create_task(in_flight.read("a", asked)),
        asyncio.create_task(in_flight.read_many([("b", asked)])),
    ]
    await settle()
    for answer in asked.answers:
        answer.set_exception(OSError("down"))
    await asyncio.sleep(0)
    for read in reads:
        read.cancel()
    await settle()
    given_up = [read.cancelled() for read in reads]
    reads.clear()
    del read, asked
    gc.collect()

    assert given_up == [True, True]
    assert noise == []


async def test_a_write_is_not_joined_over() -> None:
    """A read begun before a write ended is not joined by one begun after it began."""
    in_flight, asked = InFlight[str](), Asked()
    before = await begun(in_flight, asked, 2)
    with in_flight.writing():
        during = await begun(in_flight, asked, 2)
    after = await begun(in_flight, asked, 2)
    for number, answer in enumerate(asked.answers):
        answer.set_result(str(number))

    assert await asyncio.gather(*before) == ["0", "0"]
    assert await asyncio.gather(*during) == ["1", "2"]
    assert await asyncio.gather(*after) == ["3", "3"]


async def test_what_is_answered_is_not_joined() -> None:
    """Whoever comes when an answer has just come asks anew, although others have yet to hear of it."""
    in_flight, asked = InFlight[str](), Asked()
    [first] = await begun(in_flight, asked, 1)
    asked.answers[0].set_result("x")
    [second] = await begun(in_flight, asked, 1)
    asked.answers[1].set_result("y")

    assert (await first, await second) == ("x", "y")


async def test_what_is_forgotten_is_not_joined() -> None:
    """What began before something was told to have happened is not joined by what begins after."""
    in_flight, asked = InFlight[str](), Asked()
    before = await begun(in_flight, asked, 1)
    in_flight.forget()
    after = await begun(in_flight, asked, 2)
    for number, answer in enumerate(asked.answers):
        answer.set_result(str(number))

    assert await asyncio.gather(*before, *after) == ["0", "1", "1"]


async def test_an_epoch_tells_whether_what_was_read_still_holds() -> None:
    """The number is another one after a write, and there is none while one is under way, however many overlap."""
    in_flight = InFlight[str]()
    before = in_flight.epoch
    with in_flight.writing():
        assert in_flight.epoch is None
        with in_flight.writing():
            pass
        assert in_flight.epoch is None

    assert None not in (before, in_flight.epoch)
    assert in_flight.epoch != before


async def test_many_at_once_are_joined_each_by_its_key() -> None:
    """Of many, what is under way already is joined, and each gets its own answer or failure, in order."""
    in_flight, asked = InFlight[str](), Asked()
    [single] = await begun(in_flight, asked, 1, "b")
    many = asyncio.create_task(in_flight.read_many([("a", asked), ("b", asked), ("c", asked)]))
    await settle()
    asked.answers[0].set_result("b")
    asked.answers[1].set_result("a")
    asked.answers[2].set_exception(failure := OSError("down"))

    assert await many == ["a", "b", failure]
    assert await single == "b"
    assert await in_flight.read_many([]) == []
    assert asked.count == 3


async def test_many_that_are_given_up_end_only_what_nobody_else_waits_for() -> None:
    """Giving up many calls at once ends those that were theirs alone."""
    in_flight, asked = InFlight[str](), Asked()
    many = asyncio.create_task(in_flight.read_many([("a", asked), ("b", asked)]))
    await settle()
    [single] = await begun(in_flight, asked, 1, "b")
    many.cancel()
    await settle()
    asked.answers[1].set_result("b")

    assert await single == "b"
    assert (asked.count, asked.given_up) == (2, 1)


def test_nothing_is_left_behind() -> None:
    """After its calls there is nothing that an InFlight holds on to."""

    async def run() -> int:
        in_flight = InFlight[str]()

        async def answer(text: str) -> str:
            return text

        await asyncio.gather(*[in_flight.read(str(number % 5), partial(answer, "x")) for number in range(50)])
        return len(in_flight._calls)

    assert asyncio.run(run()) == 0
