"""`gateway fleet`, as it is typed."""

import json
import os
import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.cli.typed import Typed, rows, typed
from tests.services.fleet.files import BUTTON, ECHO, USER, echo, printed

FRONT_DOOR = "G030PM0123456789"


@pytest.fixture(autouse=True)
def workplace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and no settings of the machine's own."""
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fleet(*arguments: str, given: bytes | None = None) -> Typed:
    return typed("fleet", *arguments, given=given)


def refused(told: str, *arguments: str) -> None:
    """The command says so on stderr, exits with 1, prints nothing else and changes nothing."""
    fleet("import", "-", given=b'{"Devices": []}')
    before = rows(Path("data"))
    answer = fleet(*arguments)

    assert (answer.code, answer.out) == (1, "")
    assert told in answer.err
    assert answer.err.startswith("gateway: ")
    assert rows(Path("data")) == before


def test_the_demo_is_printed_and_made_once() -> None:
    """With the key, the codes and the buttons to claim; the second time too."""
    first, second = fleet("demo"), fleet("demo")

    assert (first.code, second.code) == (0, 0)
    assert first.out.splitlines()[0] == "The demo fleet is ready."
    assert second.out.splitlines()[0] == "The demo fleet is there already."
    assert first.out.splitlines()[1:] == second.out.splitlines()[1:]
    assert re.search(r"Unused claim codes +(C-[A-Z0-9-]{19} *){4}\n", first.out)
    assert re.search(r"Buttons to claim +(G030PM[0-9]{10} *){6}\n", first.out)
    assert re.search(r"Access key +AKIA[A-Z2-7]{16} +\(account 123456789012\)", first.out)


def test_a_fleet_of_ones_own_is_not_mixed_with_the_demo() -> None:
    """The demo asks for another directory."""
    fleet("add", "button")
    refused("goes into an empty one (--data DIR)", "demo")


def test_the_demo_is_of_the_settings_sources(workplace: Path) -> None:
    """Account and region are those of the first embedded sources."""
    source = '[[sources]]\nname = "{}"\nservice = "one-click"\nembedded = true\nregion = "{}"\naccount = "{}"\n'
    (workplace / "gateway.toml").write_text(
        source.format("a", "eu-west-1", "111111111111") + source.format("b", "eu-west-2", "222222222222")
    )
    answer = fleet("demo")
    exported = json.loads(fleet("export", "--source", "a").out)

    assert "(account 111111111111)" in answer.out
    assert list(exported) == ["list-devices"]
    assert exported["list-devices"]["Devices"][0]["Arn"] == (
        f"arn:aws:iot1click:eu-west-1:111111111111:devices/{FRONT_DOOR}"
    )
    assert json.loads(fleet("export", "--source", "b").out) == {"list-devices": {"Devices": []}}


def test_a_source_that_is_not_there_is_refused() -> None:
    """The message names those that are."""
    refused("no embedded source is named 'hq'; there are 'buttons' and 'echoes'", "export", "--source", "hq")
    refused("no embedded source of Alexa for Business", "add", "room", "Hall", "--source", "buttons")
    refused("no embedded source of 1-Click", "add", "button", "--source", "echoes")


@pytest.mark.parametrize(
    "arguments",
    [
        ("fleet", "export"),
        ("fleet", "secret", FRONT_DOOR),
        ("fleet", "press", FRONT_DOOR),
        ("access-key", "list"),
        ("access-key", "revoke", "AKIA"),
        ("keys", "list"),
        ("keys", "revoke", "5f2c81a09d3e"),
    ],
    ids=" ".join,
)
def test_a_misspelt_directory_is_not_made(workplace: Path, arguments: tuple[str, ...]) -> None:
    """Commands about what is there refuse a directory without a database by its name, and make nothing."""
    (workplace / "empty").mkdir()
    for directory in ("nothere", "empty"):
        answer = typed(*arguments, "--data", directory)

        assert (answer.code, answer.out) == (1, "")
        assert answer.err == (
            f"gateway: the data directory {directory} has no database: name another with --data or GATEWAY_DATA\n"
        )
    assert [path.name for path in workplace.rglob("*")] == ["empty"]


def test_a_fleet_is_built_by_hand() -> None:
    """Each command prints what the next one needs, and nothing else."""
    button = fleet("add", "button", "--name", "Back door", "--tag", "floor=1").out.strip()
    fleet("add", "button", "G030PM0000000001", "--disabled")
    fleet("add", "room", "Küche", "--description", "downstairs")
    fleet("add", "echo", "G1", "--name", "Küche Echo", "--room", "Küche", "--offline")
    fleet("add", "user", "ada", "--first-name", "Ada", "--last-name", "Lovelace", "--email", "ada@example.com")
    exported = json.loads(fleet("export").out)
    buttons = {device["DeviceId"]: device for device in exported["list-devices"]["Devices"]}
    (device,) = exported["search-devices"]["Devices"]
    (user,) = exported["search-users"]["Users"]

    assert buttons[button]["Tags"] == {"Name": "Back door", "floor": "1"}
    assert {name: one["Enabled"] for name, one in buttons.items()} == {button: True, "G030PM0000000001": False}
    assert (device["DeviceName"], device["RoomName"]) == ("Küche Echo", "Küche")
    assert device["DeviceStatusInfo"]["ConnectionStatus"] == "OFFLINE"
    assert (user["UserId"], user["FirstName"], user["LastName"]) == ("ada", "Ada", "Lovelace")


def test_what_cannot_be_added_is_told() -> None:
    """In the services' own words where they have some."""
    fleet("add", "button", "G1")
    refused("there is a button 'G1' already", "add", "button", "G1")
    refused("is no device id", "add", "button", "a b")
    refused("there is no room 'Hall': make it with `gateway fleet add room 'Hall'`", "add", "echo", "--room", "Hall")
    refused("'RoomName'", "add", "room", "x" * 101)
    refused("'UserId'", "add", "user", "a b")


@pytest.mark.parametrize(
    "arguments",
    [
        ("press",),
        ("press", FRONT_DOOR, "--click", "triple"),
        ("add", "button", "--tag", "floor"),
        ("add", "button", "--unclaimed", "--name", "x"),
        ("claim-code", "--new", "-1"),
        ("import",),
        ("import", "x.json", "--remaining-life", "years"),
        ("export", "extra"),
        ("fly",),
    ],
)
def test_wrong_usage_is_told(workplace: Path, arguments: tuple[str, ...]) -> None:
    """With exit code 2, and before a store is made."""
    answer = fleet(*arguments)

    assert (answer.code, answer.out) == (2, "")
    assert "Usage: gateway fleet" in answer.err
    assert list(workplace.iterdir()) == []


def test_a_press_is_kept() -> None:
    """Whatever the case of the word; nobody's button is told too."""
    fleet("demo")
    before = len(rows(Path("data"))["events"])
    answers = [fleet("press", FRONT_DOOR, "--click", click) for click in ("double", "LONG")]

    assert {(answer.code, answer.out) for answer in answers} == {(0, "Pressed; its owner has the event.\n")}
    assert len(rows(Path("data"))["events"]) == before + 2
    refused("there is no device 'nope'", "press", "nope")


def test_a_button_is_pressed_in_the_shop() -> None:
    """No event is kept of it, and the command says why."""
    fleet("add", "button", "G1", "--unclaimed")
    answer = fleet("press", "G1")

    assert (answer.code, answer.out) == (0, "Pressed; no event is kept, because nobody has claimed the button.\n")


def test_claim_codes_are_printed_with_their_buttons() -> None:
    """The code first, then a line for each button."""
    fleet("add", "button", "G1", "--unclaimed")
    alone, named, both = fleet("claim-code"), fleet("claim-code", "G1", "G2"), fleet("claim-code", "G3", "--new", "2")
    given = fleet("claim-code", "--code", "C-123EXAMPLE")

    assert re.fullmatch(r"C-[A-Z0-9-]{19}\nG030PM[0-9]{10}\n", alone.out)
    assert re.fullmatch(r"C-[A-Z0-9-]{19}\nG1\nG2\n", named.out)
    assert re.fullmatch(r"C-[A-Z0-9-]{19}\nG3\n(G030PM[0-9]{10}\n){2}", both.out)
    assert given.out.startswith("C-123EXAMPLE\n")
    refused("there is a claim code 'C-123EXAMPLE' already", "claim-code", "--code", "C-123EXAMPLE")
    refused("'nonsense' is no claim code", "claim-code", "--code", "nonsense")


def test_a_secret_is_shown_once() -> None:
    """And kept nowhere."""
    fleet("add", "button", "G1")
    answer = fleet("secret", "G1")

    assert re.fullmatch(r"[\w-]{43}\n", answer.out)
    assert answer.out.strip() not in repr(rows(Path("data")))
    refused("there is no device 'nope'", "secret", "nope")


def test_a_file_is_imported(workplace: Path) -> None:
    """What became of it is told in a line for each noun; a pipe is a file too."""
    data = printed("Devices", BUTTON) + printed("Devices", ECHO) + printed("Users", USER)
    (workplace / "fleet.json").write_bytes(data)
    first, second = fleet("import", "fleet.json"), fleet("import", "-", given=data)

    assert (first.code, first.err, first.out.splitlines()) == (
        0,
        "",
        [
            "buttons: 1 added, 0 updated, 0 unchanged",
            "users: 1 added, 0 updated, 0 unchanged",
            "Echo devices: 1 added, 0 updated, 0 unchanged",
            "rooms: 1 added, 0 updated, 0 unchanged",
        ],
    )
    assert "buttons: 0 added, 0 updated, 1 unchanged" in second.out
    assert fleet("import", "-", given=b'{"Devices": []}').out == "nothing to import\n"


def test_an_unfinished_file_is_imported_with_a_warning(workplace: Path) -> None:
    """On stderr, so that a script can still read the counts."""
    (workplace / "page.json").write_bytes(printed("Devices", echo(1), NextToken="t"))
    answer = fleet("import", "page.json")

    assert answer.code == 0
    assert answer.err.startswith("gateway: page.json: the last page of search-devices has a NextToken")


def test_percent_is_told_by_who_knows_it(workplace: Path) -> None:
    """Without the option a life above 1 is refused, and the message names the option."""
    (workplace / "buttons.json").write_bytes(printed("Devices", {**BUTTON, "RemainingLife": 99.8}))
    refused("--remaining-life percent", "import", "buttons.json")
    answer = fleet("import", "buttons.json", "--remaining-life", "percent")
    exported = json.loads(fleet("export").out)

    assert answer.code == 0
    assert exported["list-devices"]["Devices"] == [BUTTON]


def test_a_wrong_file_is_told_by_name_line_and_member(workplace: Path) -> None:
    """And nothing of it is imported."""
    (workplace / "users.json").write_bytes(printed("Devices", BUTTON) + printed("Users", {**USER, "Email": "nobody"}))
    refused("users.json: nothing was imported\nline 25: Users[0].Email: ", "import", "users.json")
    refused("cannot read nowhere.json: No such file", "import", "nowhere.json")
    (workplace / "dir").mkdir()
    refused("cannot read dir: Is a directory", "import", "dir")


def test_an_export_is_a_file(workplace: Path) -> None:
    """Readable by people in any script, and by the next gateway."""
    fleet("import", "-", given=printed("Devices", ECHO))
    answer = fleet("export", "--output", "fleet.json")
    moved = fleet("import", "fleet.json", "--data", "elsewhere")

    assert (answer.code, answer.out) == (0, "")
    assert "Küche" in (workplace / "fleet.json").read_text(encoding="utf-8")
    assert moved.out.startswith("Echo devices: 1 added")
    refused("cannot write nowhere/fleet.json", "export", "--output", "nowhere/fleet.json")


def test_another_secret_key_does_not_open_the_demo(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored keys cannot be read under it, and the message says so."""
    fleet("demo")
    monkeypatch.setenv("GATEWAY_SECRET_KEY", "another" * 5)
    answer = fleet("demo")

    assert (answer.code, answer.out) == (1, "")
    assert "key" in answer.err
    assert "Traceback" not in answer.err
    assert workplace.is_dir()


def test_a_damaged_database_is_told(workplace: Path) -> None:
    """In its own words, and without a traceback."""
    fleet("add", "button", "G1")
    engine = create_engine(f"sqlite:///{workplace}/data/gateway.db")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE events"))
    engine.dispose()
    answer = fleet("press", "G1")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "gateway: the database cannot be used now (no such table: events); nothing was changed\n"
