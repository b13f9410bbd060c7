"""Our models are held to the official ones, member by member, and to what an SDK needs of them."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aioboto3
import pytest

from gateway.wire.service import SPECS, load
from tests.wire.sdk import OFFICIAL_PYTHON

_OFFICIAL = next(OFFICIAL_PYTHON.parents[1].glob("lib/python3.*/site-packages/botocore/data"), OFFICIAL_PYTHON)
_FOLDERS = ["iot1click-devices/2018-05-14", "alexaforbusiness/2017-11-09"]
_COUNTS = {"iot1click-devices/2018-05-14": 13, "alexaforbusiness/2017-11-09": 19}
_PROSE = {"documentation", "deprecated", "deprecatedMessage"}


def _read(root: Path, name: str) -> dict[str, Any]:
    packed = root / f"{name}.json.gz"
    document: dict[str, Any] = json.loads(
        gzip.decompress(packed.read_bytes()) if packed.exists() else (root / f"{name}.json").read_bytes()
    )
    return document


def _written_out(spec: Mapping[str, Any], reference: Mapping[str, Any]) -> dict[str, Any]:
    """Write a shape out with what it refers to, so that two models compare whatever they call their shapes."""
    shape = spec["shapes"][reference["shape"]]
    out = {key: value for key, value in shape.items() if key not in _PROSE}
    out |= {f"member {key}": value for key, value in reference.items() if key not in {"shape", *_PROSE}}
    if "members" in out:
        out["members"] = {key: _written_out(spec, member) for key, member in out["members"].items()}
    if "required" in out:
        out["required"] = sorted(out["required"])
    return out | {key: _written_out(spec, out[key]) for key in ("member", "key", "value") if key in out}


def _operation(spec: Mapping[str, Any], name: str) -> dict[str, Any]:
    operation = spec["operations"][name]
    out = {key: value for key, value in operation.items() if key not in {"input", "output", "errors", *_PROSE}}
    out |= {key: _written_out(spec, operation[key]) for key in ("input", "output") if key in operation}
    out["errors"] = {error["shape"]: _written_out(spec, error) for error in operation.get("errors", [])}
    return out


_OPERATIONS = [(folder, name) for folder in _FOLDERS for name in _read(SPECS / folder, "service-2")["operations"]]


@pytest.mark.parametrize(("folder", "name"), _OPERATIONS)
def test_operation_equals_the_official_one(folder: str, name: str) -> None:
    """Every operation has the official names, places, types, limits, defaults, errors and statuses."""
    ours = _operation(_read(SPECS / folder, "service-2"), name)
    official = _operation(_read(_OFFICIAL / folder, "service-2"), name)

    assert ours == official


@pytest.mark.parametrize("folder", _FOLDERS)
def test_metadata_and_paginators_equal_the_official_ones(folder: str) -> None:
    """Protocol, signing name and target are the official ones, and so is each paginator of an operation we have."""
    ours, official = _read(SPECS / folder, "service-2"), _read(_OFFICIAL / folder, "service-2")
    pages = _read(SPECS / folder, "paginators-1")["pagination"]
    official_pages = _read(_OFFICIAL / folder, "paginators-1")["pagination"]

    assert ours["metadata"] == official["metadata"]
    assert pages == {name: page for name, page in official_pages.items() if name in ours["operations"]}
    assert len(ours["operations"]) == _COUNTS[folder]


@pytest.mark.parametrize("folder", _FOLDERS)
def test_models_hold_no_prose(folder: str) -> None:
    """The models are facts only; no documentation of another's is shipped."""
    assert "documentation" not in (SPECS / folder / "service-2.json").read_text()


@pytest.mark.parametrize(
    ("service", "operation"), [("iot1click-devices", "list_devices"), ("alexaforbusiness", "search_devices")]
)
async def test_the_gateways_sdk_makes_clients_from_our_models(service: str, operation: str) -> None:
    """aioboto3, which no longer ships the two services, makes clients and paginators from our folder."""
    session = aioboto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret", region_name="us-west-2")
    session._session.get_component("data_loader").search_paths.append(str(SPECS))

    async with session.client(service, endpoint_url="http://127.0.0.1:9/") as client:
        assert client.can_paginate(operation)
        assert client.meta.endpoint_url == "http://127.0.0.1:9/"


def test_an_unknown_service_has_no_model() -> None:
    """Asking for a model that is not here says so, and never leaves the folder of models."""
    for name in ("iot1click-projects", "../specs", ""):
        with pytest.raises(FileNotFoundError, match="No service model named"):
            load(name)
