from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from gateway.settings.load import UnreadableSettings, load
from gateway.settings.read import WrongSettings
from gateway.settings.settings import Settings

SOURCE = '[[sources]]\nname = "{name}"\nservice = "one-click"\n{rest}\n'


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str) -> Path:
    file = Path("settings.toml")
    file.write_text(text)
    return file


def test_defaults_serve_both_services_on_loopback() -> None:
    """Without any setting both services are embedded, on loopback, port 8000."""
    settings = load()

    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
    assert [(one.service, one.embedded, one.aws_region) for one in settings.sources] == [
        ("one-click", True, "us-west-2"),
        ("alexa-for-business", True, "us-east-1"),
    ]


def test_command_line_before_environment_before_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line gives goes before the environment, which goes before the file."""
    file = write("port = 1\npage_size = 2\nscan_limit = 3\n")
    monkeypatch.setenv("GATEWAY_PORT", "4")
    monkeypatch.setenv("GATEWAY_PAGE_SIZE", "5")

    settings = load(file, port=6, page_size=None)

    assert (settings.port, settings.page_size, settings.scan_limit) == (6, 5, 3)


def test_gateway_toml_is_found() -> None:
    """A gateway.toml in the working directory is read without being named."""
    Path("gateway.toml").write_text("port = 7\n")

    assert load().port == 7


def test_the_environment_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """GATEWAY_CONFIG names the settings file."""
    monkeypatch.setenv("GATEWAY_CONFIG", str(write("port = 8\n")))

    assert load().port == 8


def test_a_missing_file_is_refused() -> None:
    """A settings file that is named but missing is refused by name."""
    with pytest.raises(UnreadableSettings, match=r"no settings file nowhere\.toml"):
        load(Path("nowhere.toml"))


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"page_size = 2\nport = \n", "line 2"), (b"port = 1 # \xff\n", "utf-8")],
    ids=["not TOML", "not UTF-8"],
)
def test_a_file_that_is_not_toml_is_refused(content: bytes, cause: str) -> None:
    """A settings file that cannot be read is refused by name, with the place where it is wrong."""
    Path("gateway.toml").write_bytes(content)

    with pytest.raises(UnreadableSettings, match=rf"settings file gateway\.toml cannot be read: .*{cause}"):
        load()


def test_a_variable_that_is_not_json_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in the environment that is not JSON is refused, naming the variable and telling the form."""
    monkeypatch.setenv("GATEWAY_ALLOWED_HOSTS", "example.com")

    with pytest.raises(UnreadableSettings, match=r'GATEWAY_ALLOWED_HOSTS .* not JSON; a list is written \["'):
        load()

    monkeypatch.setenv("GATEWAY_ALLOWED_HOSTS", '["example.com"]')
    assert load().allowed_hosts == ("example.com",)


def test_what_is_nested_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As anything else that is not of the form that it must have."""
    with pytest.raises(UnreadableSettings):
        load(write("port = " + "[" * 100_000))

    monkeypatch.setenv("GATEWAY_SOURCES", "[" * 100_000)
    with pytest.raises(UnreadableSettings, match="GATEWAY_SOURCES in the environment is not JSON"):
        load()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://localhost/fleet", "postgresql:/localhost/fleet"])
def test_a_database_url_is_of_postgresql(url: str) -> None:
    """Any other database is refused, without showing what may hold a password."""
    with pytest.raises(WrongSettings) as refusal:
        load(database_url=url)

    assert refusal.value.problems == ("setting database_url: expected text like `^postgres(ql)?://`",)
    assert load(database_url="postgres://localhost/fleet").database_url


def test_an_unknown_setting_is_refused() -> None:
    """An unknown name in the file is refused, naming it."""
    with pytest.raises(WrongSettings) as refusal:
        load(write("prot = 1\n"))

    assert refusal.value.problems == ("unknown setting prot",)


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown GATEWAY_ variable is refused, naming it."""
    monkeypatch.setenv("GATEWAY_PROT", "1")

    with pytest.raises(WrongSettings, match="unknown setting GATEWAY_PROT in the environment"):
        load()


def test_two_sources_of_one_name_are_refused() -> None:
    """Two sources of one name are refused, naming it."""
    twice = SOURCE.format(name="hq", rest="embedded = true") * 2

    with pytest.raises(WrongSettings) as refusal:
        load(write(twice))

    assert refusal.value.problems == ("sources: two sources are named 'hq'; a name must be unique",)


@pytest.mark.parametrize("rest", ["", 'embedded = true\nendpoint_url = "http://127.0.0.1:1"'])
def test_a_source_is_embedded_or_an_endpoint(rest: str) -> None:
    """A source that is neither embedded nor an endpoint, or both, is refused: the makers' own endpoints are gone."""
    with pytest.raises(WrongSettings) as refusal:
        load(write(SOURCE.format(name="hq", rest=rest)))

    assert refusal.value.problems == ("source 'hq' needs exactly one of `embedded = true` and `endpoint_url`",)


def test_beyond_loopback_needs_a_word() -> None:
    """Listening beyond loopback without authentication is refused with the setting to change."""
    with pytest.raises(WrongSettings, match="allow_anonymous = true"):
        load(host="0.0.0.0")  # noqa: S104 - that is the point

    assert load(host="0.0.0.0", allow_anonymous=True).host == "0.0.0.0"  # noqa: S104 - the same


def test_a_page_larger_than_the_maximum_is_refused() -> None:
    """A default page larger than the largest page is refused."""
    with pytest.raises(WrongSettings, match="page_size is larger than page_maximum"):
        load(page_size=50, page_maximum=20)


def test_settings_are_frozen() -> None:
    """Nothing changes a setting after the start."""
    settings = load()

    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]

    assert settings.port == Settings().port


def test_nothing_but_trusted_documents_needs_some() -> None:
    """A gateway that would run nothing at all is refused, with the setting to add."""
    with pytest.raises(WrongSettings, match="trusted_only needs trusted_documents"):
        load(trusted_only=True)

    assert load(trusted_only=True, trusted_documents=Path("manifest.json")).trusted_only


def test_a_secret_key_that_could_be_guessed_is_refused() -> None:
    """A secret key of fewer than 32 characters is refused by name, and is not shown."""
    with pytest.raises(WrongSettings) as refusal:
        load(secret_key="short")

    assert refusal.value.problems == ("setting secret_key: expected text, from 32 characters",)


def test_no_source_at_all_is_refused() -> None:
    """A gateway with nothing behind it is refused, with the way out."""
    with pytest.raises(WrongSettings, match="leave the setting out for the embedded services"):
        load(sources=[])


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Each setting that is unknown, missing or wrong has its line; those of sources say of which."""
    wrong = """
        port = 65536
        prot = 1
        allowed_hosts = "example.com"
        deadline = 0
        compression = "perhaps"
        [[sources]]
        name = "hq"
        service = "one-click"
        embedded = true
        [[sources]]
        nam = "lab"
        service = "two-click"
        account = "12"
    """
    with pytest.raises(WrongSettings) as refusal:
        load(write(wrong), data=3)

    assert set(refusal.value.problems) == {
        "unknown setting prot",
        "setting port: expected integer, 0 to 65535",
        "setting allowed_hosts: expected list of text",
        "setting deadline: expected number, above 0 to 86400",
        "setting compression: expected true or false",
        "setting data: expected path",
        "unknown setting nam of source 2",
        "setting name of source 2 is missing",
        "setting service of source 2: expected `one-click` or `alexa-for-business`",
        "setting account of source 2: expected text like `^[0-9]{12}\\Z`",
    }


@pytest.mark.parametrize(("setting", "text"), [("name", "hq\\n"), ("account", "123456789012\\n")])
def test_no_line_ends_within_a_name(setting: str, text: str) -> None:
    """What is one word in every log and address is one word, whatever follows it."""
    source = {"name": "hq", "service": "one-click", "account": "123456789012", setting: text}
    lines = "\n".join(f'{name} = "{value}"' for name, value in source.items())
    with pytest.raises(WrongSettings) as refusal:
        load(write(f"[[sources]]\nembedded = true\n{lines}\n"))

    [problem] = refusal.value.problems
    assert problem.startswith(f"setting {setting} of source 1: expected text like ")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("shutdown_grace = inf", "number, above 0 to 86400"),
        ("deadline = 86401", "number, above 0 to 86400"),
        ("events_kept = 36501", "integer, 1 to 36500"),
        ("changes_kept = 99999999999", "integer, 1 to 36500"),
    ],
)
def test_no_time_is_beyond_what_can_be_reckoned(setting: str, expected: str) -> None:
    """What no clock or calendar could follow is refused as a setting, before anything is served."""
    with pytest.raises(WrongSettings) as refusal:
        load(write(f"{setting}\n"))

    assert refusal.value.problems == (f"setting {setting.split(maxsplit=1)[0]}: expected {expected}",)


@pytest.mark.parametrize("sources", ["3", '["hq"]'])
def test_sources_are_tables(sources: str) -> None:
    """What is no list of tables is refused as sources."""
    with pytest.raises(WrongSettings) as refusal:
        load(write(f"sources = {sources}\n"))

    assert refusal.value.problems == ("setting sources: expected list of tables",)


def test_texts_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and truth values of the environment are those that the file would have."""
    texts = {"PORT": "9", "DEADLINE": "1.5", "DEMO": "true", "COMPRESSION": "0", "TRUSTED_DOCUMENTS": "all.json"}
    for name, text in texts.items():
        monkeypatch.setenv(f"GATEWAY_{name}", text)

    settings = load()

    assert (settings.port, settings.deadline, settings.demo, settings.compression) == (9, 1.5, True, False)
    assert settings.trusted_documents == Path("all.json")


def test_secrets_are_not_shown() -> None:
    """What may hold a password or a key is not in what a log or a traceback shows of settings."""
    settings = load(
        secret_key="k" * 32, database_url="postgresql://me:word@db/fleet", rate_store_url="redis://:word@rates"
    )

    assert "k" * 32 not in repr(settings)
    assert "word" not in repr(settings)
