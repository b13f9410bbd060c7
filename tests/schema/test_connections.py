"""The rules of the Relay cursor connections specification, by name, on every connection that the graph has."""

import pytest
import pytest_asyncio

from tests.schema.graph import Graph
from tests.schema.kinds import KINDS, SIZE, Filled, Kind, filled
from tests.schema.makers import Maker, button, echo

pytestmark = pytest.mark.asyncio(loop_scope="session")

HALF = SIZE // 2


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each test that asks for it runs once for each connection."""
    kind: Kind = request.param
    return kind


@pytest_asyncio.fixture(loop_scope="session")
async def connection(graph: Graph, kind: Kind) -> Filled:
    return await filled(graph, kind)


async def test_first_and_after_walk_the_whole_list(connection: Filled) -> None:
    """Pages of any size from the start, each after the one before, make up the list: nothing twice, nothing missing."""
    for size in (1, 2, SIZE):
        found: list[str] = []
        cursor, more = None, True
        while more:
            page = await connection.page(first=size, after=cursor)
            found += page.labels
            cursor, more = page.end, page.next

        assert found == connection.labels


async def test_last_and_before_walk_it_from_the_end(connection: Filled) -> None:
    """Pages of any size from the end, each before the one before, make up the same list; no page is turned round."""
    for size in (1, 2, SIZE):
        found: list[str] = []
        cursor, more = None, True
        while more:
            page = await connection.page(last=size, before=cursor)
            found = page.labels + found
            cursor, more = page.start, page.previous

        assert found == connection.labels


async def test_every_cursor_resumes_both_ways(connection: Filled) -> None:
    """From each edge, got forwards or backwards, `after` gives all that follow and `before` all that come before."""
    for cursors in ((await connection.page(first=SIZE)).cursors, (await connection.page(last=SIZE)).cursors):
        for index, cursor in enumerate(cursors):
            following, preceding = connection.labels[index + 1 :], connection.labels[:index]

            assert (await connection.page(first=SIZE, after=cursor)).labels == following
            assert (await connection.page(last=SIZE, after=cursor)).labels == following
            assert (await connection.page(first=SIZE, before=cursor)).labels == preceding
            assert (await connection.page(last=SIZE, before=cursor)).labels == preceding


async def test_a_cursor_is_the_same_however_it_was_come_by(connection: Filled) -> None:
    """What was got after or before a cursor, in either direction, has cursors that resume both ways as well."""
    for cursors in ((await connection.page(first=SIZE)).cursors, (await connection.page(last=SIZE)).cursors):
        for arguments in ({"first": 1, "after": cursors[3]}, {"last": 1, "before": cursors[1]}):
            page = await connection.page(**arguments)
            index = connection.labels.index(page.labels[0])

            assert (await connection.page(first=SIZE, after=page.start)).labels == connection.labels[index + 1 :]
            assert (await connection.page(last=SIZE, after=page.start)).labels == connection.labels[index + 1 :]
            assert (await connection.page(first=SIZE, before=page.start)).labels == connection.labels[:index]
            assert (await connection.page(last=SIZE, before=page.start)).labels == connection.labels[:index]


async def test_between_two_cursors_first_trims_the_end_and_last_the_start(connection: Filled) -> None:
    """`after` and `before` are applied before `first` or `last`."""
    cursors = (await connection.page(first=SIZE)).cursors
    ends = {"after": cursors[0], "before": cursors[4]}

    assert (await connection.page(first=SIZE, **ends)).labels == connection.labels[1:4]
    assert (await connection.page(first=2, **ends)).labels == connection.labels[1:3]
    assert (await connection.page(last=2, **ends)).labels == connection.labels[2:4]


async def test_has_next_page_is_exact_with_first(connection: Filled) -> None:
    """With `first`, hasNextPage is true exactly where the list goes on; hasPreviousPage where `after` was given."""
    whole = await connection.page(first=SIZE)
    short = await connection.page(first=SIZE - 1)
    rest = await connection.page(first=1, after=short.end)
    bounded = await connection.page(first=2, after=whole.cursors[0], before=whole.cursors[3])

    assert (whole.next, whole.previous) == (False, False)
    assert (short.next, short.previous) == (True, False)
    assert (rest.next, rest.previous) == (False, True)
    assert (bounded.next, bounded.previous) == (False, True)


async def test_has_previous_page_is_exact_with_last(connection: Filled) -> None:
    """With `last`, hasPreviousPage is true exactly where the list goes back; hasNextPage where `before` was given."""
    whole = await connection.page(last=SIZE)
    short = await connection.page(last=SIZE - 1)
    rest = await connection.page(last=1, before=short.start)
    bounded = await connection.page(last=2, after=whole.cursors[0], before=whole.cursors[3])

    assert (whole.next, whole.previous) == (False, False)
    assert (short.next, short.previous) == (False, True)
    assert (rest.next, rest.previous) == (True, False)
    assert (bounded.next, bounded.previous) == (True, False)


async def test_a_page_of_nothing_is_legal_and_tells_whether_there_is_more(connection: Filled) -> None:
    """`first: 0` and `last: 0` give no edge and no cursor, and still the right flag."""
    cursors = (await connection.page(first=SIZE)).cursors
    first, last = await connection.page(first=0), await connection.page(last=0)
    at_end, at_start = (
        await connection.page(first=0, after=cursors[-1]),
        await connection.page(last=0, before=cursors[0]),
    )

    assert [page.labels for page in (first, last, at_end, at_start)] == [[], [], [], []]
    assert [(page.start, page.end) for page in (first, last)] == [(None, None)] * 2
    assert (first.next, last.previous) == (True, True)
    assert (at_end.next, at_start.previous) == (False, False)


async def test_start_and_end_cursor_are_those_of_the_outer_edges(connection: Filled) -> None:
    """The page's startCursor and endCursor are the first and the last edge's, both ways; an empty page has neither."""
    for page in (await connection.page(first=HALF), await connection.page(last=HALF)):
        assert (page.start, page.end) == (page.cursors[0], page.cursors[-1])

    beyond = await connection.page(first=1, after=(await connection.page(last=1)).end)
    assert (beyond.labels, beyond.start, beyond.end, beyond.next) == ([], None, None, False)


async def test_a_cursor_outlives_its_edge(connection: Filled) -> None:
    """Where the edge of a cursor has vanished, the list goes on from where it was, both ways."""
    if connection.kind.remove is None:
        pytest.skip("nobody can remove one event")
    middle = (await connection.page(first=SIZE)).cursors[HALF]
    from_end = (await connection.page(last=SIZE - HALF)).cursors[0]
    await connection.kind.remove(Maker(connection.graph), connection.labels[HALF])

    assert (await connection.page(first=SIZE, after=middle)).labels == connection.labels[HALF + 1 :]
    assert (await connection.page(last=SIZE, before=middle)).labels == connection.labels[:HALF]
    assert (await connection.page(last=SIZE, before=from_end)).labels == connection.labels[:HALF]


NO_SENSE: tuple[tuple[dict[str, object], str], ...] = (
    ({"first": 1, "last": 1}, "last"),
    ({"first": 0, "last": 0}, "last"),
    ({"first": -1}, "first"),
    ({"last": -1}, "last"),
    ({"first": 101}, "first"),
    ({"last": 101}, "last"),
    ({"first": 1, "after": ""}, "after"),
    ({"first": 1, "after": "no cursor"}, "after"),
    ({"last": 1, "before": "bm8gY3Vyc29y"}, "before"),
    ({"last": 1, "before": "\ufffd\N{GRINNING FACE}\0"}, "before"),
)


async def test_arguments_that_make_no_sense_are_refused(connection: Filled) -> None:
    """Both directions at once, a negative number, more than the maximum and what is no cursor name the argument."""
    for arguments, argument in NO_SENSE:
        connection.graph.reached()
        error = await connection.refusal(**arguments)

        assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", argument)
        assert argument in error["message"]
        assert connection.kind.on is not None or connection.graph.reached() == []


async def test_a_tampered_cursor_is_refused(connection: Filled) -> None:
    """A cursor with any one character changed is not followed."""
    cursor = (await connection.page(first=1)).end
    assert cursor is not None
    for place in (0, len(cursor) // 2, len(cursor) - 2):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        error = await connection.refusal(first=1, after=changed)

        assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "after")


async def test_null_arguments_are_as_good_as_none(connection: Filled) -> None:
    """Relay sends null for what it does not use."""
    page = await connection.page(first=2, after=None, last=None, before=None)

    assert page.labels == connection.labels[:2]


async def test_cursors_are_of_one_list_only(graph: Graph) -> None:
    """A cursor of one connection, filter or order is refused by every other."""
    filled_ones = [await filled(graph, kind) for kind in KINDS if kind.name in ("users", "rooms", "clicks")]
    filled_ones.append(Filled(graph, KINDS[0], [], ""))
    cursors = [(await one.page(first=1)).end for one in filled_ones]
    for index, one in enumerate(filled_ones):
        for other, cursor in enumerate(cursors):
            if index != other:
                error = await one.refusal(first=1, after=cursor)
                assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "after")


@pytest.mark.parametrize(
    "other",
    [
        "filter: { service: ONE_CLICK }",
        'filter: { sources: ["buttons"] }',
        'filter: { nameContains: "G" }',
        "filter: { enabled: false }",
        "orderBy: [{ field: NAME }]",
        "orderBy: [{ field: TYPE, direction: DESC }]",
    ],
)
async def test_a_cursor_belongs_to_its_filter_and_order(graph: Graph, other: str) -> None:
    """A cursor got without filter and order is refused with one, and the other way round."""
    await Maker(graph).buttons(button(1), button(2))
    plain = "query ($after: String) { devices(first: 1, after: $after) { pageInfo { endCursor } } }"
    changed = f"query ($after: String) {{ devices(first: 1, after: $after, {other}) {{ pageInfo {{ endCursor }} }} }}"
    cursors = [(await graph.data(one))["devices"]["pageInfo"]["endCursor"] for one in (plain, changed)]
    errors = [await graph.refusal(plain, after=cursors[1]), await graph.refusal(changed, after=cursors[0])]

    assert [(error["code"], error["argument"]) for error in errors] == [("BAD_USER_INPUT", "after")] * 2


async def test_a_page_without_a_size_has_twenty(graph: Graph) -> None:
    """With neither `first` nor `last`, a page is 20, counted from the start."""
    await Maker(graph).buttons(*(button(number) for number in range(22)))
    found = await graph.data("{ devices { nodes { name } pageInfo { hasNextPage hasPreviousPage } } }")

    assert [node["name"] for node in found["devices"]["nodes"]] == [button(number) for number in range(20)]
    assert found["devices"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False}


async def test_the_largest_page_is_a_hundred(graph: Graph) -> None:
    """`first: 100` is the most that may be asked for, across sources."""
    maker = Maker(graph)
    await maker.buttons(*(button(number) for number in range(60)))
    for number in range(45):
        await maker.echo(echo(number))
    found = await graph.data("{ devices(first: 100) { nodes { name } pageInfo { hasNextPage } } }")

    names = [node["name"] for node in found["devices"]["nodes"]]
    assert names == [button(number) for number in range(60)] + [echo(number) for number in range(40)]
    assert found["devices"]["pageInfo"]["hasNextPage"] is True


async def test_an_empty_list_has_an_empty_page(graph: Graph) -> None:
    """Where there is nothing, a page has no edges, no cursors, and neither flag."""
    empty = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    for field in ("devices", "users", "rooms", "devices(last: 5)", "devices(orderBy: [{ field: NAME }])"):
        document = f"{{ {field} {{ edges {{ cursor }} totalCount pageInfo {{ {' '.join(empty)} }} }} }}"
        [found] = (await graph.data(document)).values()

        assert found == {"edges": [], "totalCount": 0, "pageInfo": empty}


async def test_total_count_counts_all_of_the_list(graph: Graph) -> None:
    """A totalCount is of the whole list, whatever page was asked for."""
    await filled(graph, KINDS[0])
    document = "{{ devices(first: 1{0}) {{ totalCount }} }}"
    counts = [
        (await graph.data(document.format(more)))["devices"]["totalCount"]
        for more in ("", ", filter: { service: ONE_CLICK }", ', filter: { nameContains: "lf" }')
    ]

    assert counts == [5, 3, 2]
