"""`gateway doctor`, as it is typed; the endpoints that it asks are real sockets."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.app.gateway import open_gateway
from gateway.app.keys import encryption_key
from gateway.app.store import open_store
from gateway.cli.doctor import Finding, State, examine_page
from gateway.settings.settings import Settings
from gateway.settings.source import EMBEDDED_ACCOUNT
from gateway.store.accounts import AccessKey, add_access_key, add_account
from gateway.store.migrate import newest_revision
from tests.cli.examined import doctor
from tests.http.serving import serving
from tests.sources.aws.stub_upstream import answer, stub_upstream

EMPTY_PAGE = b'{"devices": []}'


pytestmark = pytest.mark.usefixtures("workplace")


async def test_nothing_is_there_yet(workplace: Path) -> None:
    """Before the first start nothing is wrong, the table says what that start will make, and nothing is made."""
    code, found = await doctor()

    assert code == 0
    assert found["settings"] == ["fine", "in order"]
    assert found["data directory"] == ["notice", f"{workplace}/data does not exist yet", "The first start makes it."]
    assert found["store"] == ["notice", "there is no SQLite database yet", "The first start makes it."]
    assert found["source buttons"] == ["fine", "embedded, account 123456789012, us-west-2"]
    assert os.listdir(workplace) == []  # noqa: PTH208 - an async function may not walk with pathlib


async def test_all_is_well_beside_a_server(workplace: Path) -> None:
    """While a server runs its store can be looked at, and is found readable and writable."""
    async with open_gateway(Settings(data=workplace / "kept")):
        code, found = await doctor("--data", "kept")

    assert code == 0
    assert found["data directory"] == ["fine", f"{workplace}/kept can be written"]
    assert found["store"] == ["fine", f"can be read and written, at revision {newest_revision()}"]


async def test_a_setting_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt setting is named, and the exit code says that something is wrong."""
    monkeypatch.setenv("GATEWAY_HOTS", "127.0.0.1")

    code, found = await doctor()

    assert code == 1
    assert found["settings"][:2] == ["wrong", "unknown setting GATEWAY_HOTS in the environment"]
    assert [*found] == ["settings"]


async def test_a_data_directory_that_is_none(workplace: Path) -> None:
    """A file where the data directory should be is told, with the way out."""
    (workplace / "taken").write_text("mine")

    code, found = await doctor("--data", "taken")

    assert code == 1
    assert found["data directory"][0] == "wrong"
    assert "taken cannot be written" in found["data directory"][1]
    assert "--data" in found["data directory"][1]
    assert (workplace / "taken").read_text() == "mine"


async def test_a_store_of_a_newer_version(workplace: Path) -> None:
    """A database that a later version wrote is named as such, and stays as it is."""
    async with open_store(Settings(data=workplace / "data")) as store:
        await store.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='9999'")))

    code, found = await doctor()

    assert code == 1
    assert found["store"][:2] == ["wrong", "was written by a newer version of the gateway (revision 9999)"]
    assert found["store"][2] == "Start that version, or name another database."


async def test_a_store_that_is_no_database(workplace: Path) -> None:
    """A file that is no database is told apart from one that is missing."""
    (workplace / "data").mkdir()
    (workplace / "data" / "gateway.db").write_text("certainly not a database" * 100)

    code, found = await doctor()

    assert code == 1
    assert found["store"][0] == "wrong"
    assert "file is not a database" in found["store"][1]


async def test_a_postgres_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database server that nobody listens at is wrong, and the password is not repeated."""
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql://gateway:hunter2@127.0.0.1:1/gateway")

    code, found = await doctor()

    assert code == 1
    assert found["store"][0] == "wrong"
    assert found["store"][2].startswith("Check database_url (GATEWAY_DATABASE_URL)")
    assert "hunter2" not in str(found)


async def test_a_postgres_without_tables(monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> None:
    """An empty database is what a first start needs."""
    monkeypatch.setenv("GATEWAY_DATABASE_URL", postgres_url)
    monkeypatch.setenv("GATEWAY_SECRET_KEY", "kept elsewhere" * 3)

    code, found = await doctor()

    assert code == 0
    assert found["store"] == ["notice", "has no tables yet", "The first start makes them."]
    assert "data directory" not in found


async def test_endpoints_of_every_kind(workplace: Path) -> None:
    """Each source is asked, and each that fails has advice of its own."""
    ahead = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    async with (
        services(workplace / "other") as (url, key),
        stub_upstream(answer(200, EMPTY_PAGE, date=ahead)) as fast,
        stub_upstream(answer(200, b"<html>Welcome</html>")) as web,
    ):
        write_credentials(workplace, good=key.secret, bad="0" * 40, key_id=key.access_key_id)
        write_sources(
            workplace,
            good=(f"{url}/one-click", "good"),
            bad=(f"{url}/one-click", "bad"),
            fast=(fast.url, "good"),
            web=(web.url, "good"),
            gone=("http://127.0.0.1:1", "good"),
            stranger=(f"{url}/one-click", "nobody"),
        )
        code, found = await doctor()

    assert code == 1
    assert {name: cells[0] for name, cells in found.items() if name.startswith("source")} == {
        "source good": "fine",
        "source bad": "wrong",
        "source fast": "notice",
        "source web": "wrong",
        "source gone": "wrong",
        "source stranger": "wrong",
    }
    assert found["source good"] == ["fine", f"{url}/one-click answers (its clock agrees)"]
    assert "does not accept the gateway's credentials" in found["source bad"][1]
    assert found["source bad"][2].startswith("Check the access key, profile, role_arn and region")
    assert re.search(r"answers \(its clock is (\d\d|100) s ahead\)$", found["source fast"][1])
    assert "clock" in found["source fast"][2]
    assert "cannot be understood" in found["source web"][1]
    assert found["source web"][2].startswith(f"Does {web.url} really speak one-click?")
    assert "cannot be reached" in found["source gone"][1]
    assert found["source gone"][2].startswith("Check endpoint_url (http://127.0.0.1:1) and the network")
    assert "nobody" in found["source stranger"][1]
    assert found["store"][0] == "notice"


async def test_an_endpoint_without_credentials(workplace: Path) -> None:
    """Where no credentials are to be found, that is what the table says."""
    async with stub_upstream(answer(200, EMPTY_PAGE)) as stub:
        write_sources(workplace, lone=(stub.url, ""))
        code, found = await doctor()

    assert code == 1
    assert "has no valid credentials" in found["source lone"][1]
    assert "profile, role_arn, or the usual AWS chain" in found["source lone"][2]
    assert stub.received == []


async def test_in_a_pipe_a_finding_is_a_line(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long an address is, it is whole, so that it can be searched for and copied."""
    monkeypatch.setenv("COLUMNS", "80")
    url = f"http://127.0.0.1:1/{'a-long-way-to-go/' * 8}"
    write_sources(workplace, far=(url, ""))
    _, found = await doctor()

    assert found["source far"][2].startswith(f"Check endpoint_url ({url}) and the network")


def test_a_page_that_is_not_built(tmp_path: Path) -> None:
    """Without the built page all else works, and the table says how to build it."""
    assert examine_page(tmp_path) == Finding(
        "GraphiQL", State.NOTICE, "is not built; all else works", "Install Node 20 and run `make web`."
    )


async def test_no_page_is_looked_for_where_none_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """With GraphiQL switched off nobody needs it built."""
    monkeypatch.setenv("GATEWAY_GRAPHIQL", "false")

    _, found = await doctor()

    assert "GraphiQL" not in found


@asynccontextmanager
async def services(data: Path) -> AsyncIterator[tuple[str, AccessKey]]:
    """A gateway with the embedded services on a real socket: its address, and a key of the default account."""
    settings = Settings(data=data)
    async with open_gateway(settings) as gateway, serving(gateway.app) as client:
        assert gateway.services is not None
        key = await gateway.services.one_click.context.database.write(
            lambda connection: (
                add_account(connection, EMBEDDED_ACCOUNT, 0),
                add_access_key(connection, encryption_key(settings), EMBEDDED_ACCOUNT, demo=False, now=0),
            )[1]
        )
        yield str(client.base_url).rstrip("/"), key


def write_credentials(directory: Path, *, key_id: str, **secrets: str) -> None:
    profiles = [
        f"[{name}]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
        for name, secret in secrets.items()
    ]
    (directory / "credentials").write_text("\n".join(profiles))


def write_sources(directory: Path, **sources: tuple[str, str]) -> None:
    """Write gateway.toml with 1-Click sources: for each name its endpoint, and its profile or nothing."""
    tables = [
        f'[[sources]]\nname = "{name}"\nservice = "one-click"\nendpoint_url = "{url}"\nread_timeout = 60\n'
        + (f'profile = "{profile}"\n' if profile else "")
        for name, (url, profile) in sources.items()
    ]
    (directory / "gateway.toml").write_text("\n".join(tables))
