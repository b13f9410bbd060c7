import re
from pathlib import Path

from tests.clients.account import ALEXA, ONE_CLICK, PREFIXES, REGIONS
from tests.clients.boto3_process import Boto3, Client
from tests.clients.server_process import served

KEY = re.compile(r"Access key +(\S+) +\(account 123456789012\) *\nSecret key +(\S+)")


def test_the_services_alone_answer_at_the_same_prefixes(boto3: Boto3, tmp_path: Path) -> None:
    """What `gateway services` prints is all that an SDK needs; what it stores, `gateway serve` goes on with."""
    data = tmp_path / "data"
    with served(data, command="services") as server:
        printed = server.stop()
    key = KEY.search(printed)
    assert key
    access_key_id, secret = key.groups()

    def call(url: str, service: str, operation: str, **params: object) -> object:
        client = Client(service, url + PREFIXES[service], REGIONS[service], access_key_id, secret)
        return boto3.call(client, operation, params).get("output")

    with served(data, command="services") as server:
        made = call(server.url, ALEXA, "CreateRoom", RoomName="Lobby")
        alone = call(server.url, ONE_CLICK, "ListDevices")
        server.stop()
    with served(data) as server:
        found = call(server.url, ALEXA, "SearchRooms")

    assert isinstance(made, dict)
    assert alone == {"Devices": []}
    assert found == {"Rooms": [made | {"RoomName": "Lobby"}], "TotalCount": 1}
