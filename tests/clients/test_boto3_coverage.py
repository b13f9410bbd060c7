import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.wire.service import load
from tests.clients.account import ALEXA, ONE_CLICK, OUTSIDE_THE_MODELS, Account
from tests.clients.test_boto3_searches import SEARCHES

CALLS = {ONE_CLICK: "one_click", ALEXA: "alexa"}
NEVER_CAUSED = {
    "ConcurrentModificationException": "two at once wait for each other here",
    "InvalidCertificateAuthorityException": "there are no certificates here",
}
"""Errors of the models that the embedded services have no cause for."""


def driven(name: str, position: int = 0) -> Iterator[str]:
    """What this folder's tests give to the method of that name, where it is written out."""
    for file in Path(__file__).parent.glob("test_boto3_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
            argument = node.args[position] if called else None
            if isinstance(argument, ast.Constant):
                yield str(argument.value)


@pytest.mark.parametrize("service", sorted(CALLS))
def test_every_operation_is_driven(service: str) -> None:
    """The operations that boto3 carries out here are those of the service's model: no more and no fewer."""
    assert set(driven(CALLS[service])) == set(load(service).operations)


@pytest.mark.parametrize("service", sorted(CALLS))
def test_every_error_of_the_models_is_caused(service: str) -> None:
    """Each exception that a client may catch is seen by one, where the service has a cause for it."""
    caused = set(driven(CALLS[service] + "_refuses"))

    assert caused - OUTSIDE_THE_MODELS == set(load(service).errors) - NEVER_CAUSED.keys()


@pytest.mark.parametrize("service", sorted(CALLS))
def test_every_paginator_is_driven(service: str) -> None:
    """Whatever answers in pages is read by boto3's own paginator."""
    paged = {name for name, operation in load(service).operations.items() if "NextToken" in operation.input.members}
    searches = SEARCHES if service == ALEXA else ()

    assert {*driven(CALLS[service] + "_pages"), *searches} == paged


@pytest.mark.parametrize("service", sorted(CALLS))
def test_every_other_operation_is_unknown(account: Account, service: str) -> None:
    """What else the official model knows is answered UnknownOperationException."""
    client = replace(account.clients[service], unchecked=True)
    others = set(account.site.boto3.operations(client)) - load(service).operations.keys()

    answers = [account.site.call(client, operation, {}) for operation in sorted(others)]

    assert len(others) == {ONE_CLICK: 0, ALEXA: 74}[service]
    assert {answer["error"]["code"] for answer in answers} <= {"UnknownOperationException"}
    assert {answer["error"]["status"] for answer in answers} <= {400}
