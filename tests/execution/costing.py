from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.plan import Plan, make_plan
from gateway.schema.schema import make_schema

SCHEMA = make_schema()._schema
DOCUMENTS = Documents(SCHEMA, DocumentOptions())


def plan(text: str, name: str | None = None, **variables: object) -> Plan:
    return make_plan(DOCUMENTS.read(text), name, variables, 3.0)


def requested(text: str, **variables: object) -> int:
    return plan(text, **variables).requested_cost
