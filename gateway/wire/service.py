"""The model of an AWS service, read from its `service-2.json`: operations, shapes, errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
from msgspec import Struct

SPECS = Path(__file__).parent / "specs"
"""Models in botocore's folder shape, so it can also be one of botocore's own data paths."""


@dataclass(frozen=True, slots=True, eq=False)  # and no Struct, which would show the whole model in each trace
class Shape:
    """A type of the model. `element` is what a list or a map holds, `key` what a map is keyed by.

    `minimum` and `maximum` limit the value of a number, the characters of a string, and the entries of a list or a map.
    """

    name: str
    type: str
    minimum: int | None
    maximum: int | None
    pattern: str | None
    enum: tuple[str, ...]
    required: tuple[str, ...]
    members: Mapping[str, "Member"] = field(repr=False)
    key: "Shape | None" = field(repr=False)
    element: "Shape | None" = field(repr=False)

    def held(self) -> "Shape":
        """What a list or a map holds; raise TypeError for any other shape."""
        if self.element is None:
            raise TypeError(f"{self.name} holds nothing")
        return self.element


class Member(Struct, frozen=True, eq=False):
    """A member of a structure: `name` is the SDK's word for it, `wire_name` what travels.

    `location` is one of body, uri, querystring. `timestamp_format` is what the model asks for, else None.
    """

    name: str
    wire_name: str
    location: str
    timestamp_format: str | None
    shape: Shape


class ModelledError(Struct, frozen=True, eq=False):
    """An error that the model knows, with the members it has beside its code and message."""

    code: str
    status: int
    members: tuple[str, ...]


class Operation(Struct, frozen=True, eq=False):
    """`path` is the URI's template in segments; a label stands in braces. `output` is None where nothing is answered.

    `invalid_input` is the code of the error that its service answers an invalid parameter with.
    """

    name: str
    method: str
    path: tuple[str, ...]
    status: int
    input: Shape
    output: Shape | None
    errors: tuple[str, ...]
    invalid_input: str


@dataclass(frozen=True, slots=True, eq=False)  # the same
class ServiceModel:
    """`protocol` is one of rest-json, json. `signing_name` is the service's name in a signature's scope."""

    name: str
    protocol: str
    signing_name: str
    target_prefix: str
    operations: Mapping[str, Operation] = field(repr=False)
    errors: Mapping[str, ModelledError] = field(repr=False)

    @property
    def internal_failure(self) -> str:
        """The code of the error for what is the service's own fault."""
        modelled = "InternalFailureException"
        return modelled if modelled in self.errors else "InternalFailure"


@cache
def load(service_name: str) -> ServiceModel:
    """Read the newest model of a service, once; `service_name` is its folder's name.

    Raises FileNotFoundError for a service that has no model here.
    """
    if not re.fullmatch(r"[a-z0-9-]+", service_name) or not (SPECS / service_name).is_dir():
        raise FileNotFoundError(f"No service model named {service_name!r}")
    newest = max((SPECS / service_name).iterdir())
    spec = orjson.loads((newest / "service-2.json").read_bytes())
    return _Reader(spec).service(service_name)


class _Reader(Struct, frozen=True):
    spec: Mapping[str, Any]

    def service(self, name: str) -> ServiceModel:
        metadata = self.spec["metadata"]
        shapes = self.spec["shapes"]
        errors = {code: self._error(code, shape) for code, shape in shapes.items() if shape.get("exception")}
        invalid_input = "InvalidRequestException" if "InvalidRequestException" in errors else "ValidationException"
        operations = {key: self._operation(value, invalid_input) for key, value in self.spec["operations"].items()}
        return ServiceModel(
            name=name,
            protocol=metadata["protocol"],
            signing_name=metadata.get("signingName", metadata["endpointPrefix"]),
            target_prefix=metadata.get("targetPrefix", ""),
            operations=MappingProxyType(operations),
            errors=MappingProxyType(errors),
        )

    def _operation(self, operation: Mapping[str, Any], invalid_input: str) -> Operation:
        http = operation["http"]
        output = operation.get("output")
        return Operation(
            name=operation["name"],
            method=http["method"],
            path=tuple(http["requestUri"].split("/")[1:]),
            status=http.get("responseCode", 200),
            input=self._shape(operation["input"]["shape"]),
            output=self._shape(output["shape"]) if output else None,
            errors=tuple(error["shape"] for error in operation.get("errors", ())),
            invalid_input=invalid_input,
        )

    @staticmethod
    def _error(code: str, shape: Mapping[str, Any]) -> ModelledError:
        extra = tuple(name for name in shape["members"] if name not in {"Code", "Message"})
        return ModelledError(code, shape.get("error", {}).get("httpStatusCode", 400), extra)

    def _shape(self, name: str) -> Shape:
        shape = self.spec["shapes"][name]
        element = shape.get("member") or shape.get("value")
        members = shape.get("members", {})
        return Shape(
            name=name,
            type=shape["type"],
            minimum=shape.get("min"),
            maximum=shape.get("max"),
            pattern=shape.get("pattern"),
            enum=tuple(shape.get("enum", ())),
            required=tuple(shape.get("required", ())),
            members=MappingProxyType({key: self._member(key, value) for key, value in members.items()}),
            key=self._shape(shape["key"]["shape"]) if "key" in shape else None,
            element=self._shape(element["shape"]) if element else None,
        )

    def _member(self, name: str, member: Mapping[str, Any]) -> Member:
        return Member(
            name=name,
            wire_name=member.get("locationName", name),
            location=member.get("location", "body"),
            timestamp_format=self.spec["shapes"][member["shape"]].get("timestampFormat"),
            shape=self._shape(member["shape"]),
        )
