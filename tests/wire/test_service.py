import subprocess
import sys

from gateway.wire.service import ServiceModel


def test_the_operation_table_is_read_from_the_model(one_click: ServiceModel) -> None:
    """An operation has the method, path, status, limits and errors that its model gives it."""
    operation = one_click.operations["ListDeviceEvents"]
    limit = operation.input.members["MaxResults"].shape

    assert (operation.method, operation.path, operation.status) == ("GET", ("devices", "{deviceId}", "events"), 200)
    assert operation.input.required == ("DeviceId", "FromTimeStamp", "ToTimeStamp")
    assert (limit.type, limit.minimum, limit.maximum) == ("integer", 1, 250)
    assert operation.errors[0] == "ResourceNotFoundException"
    assert one_click.errors["PreconditionFailedException"].status == 412


def test_services_sign_and_refuse_by_their_own_names(one_click: ServiceModel, alexa: ServiceModel) -> None:
    """Each service has its signing name and its own error for invalid input."""
    assert (one_click.signing_name, alexa.signing_name) == ("iot1click", "a4b")
    assert one_click.operations["ListTagsForResource"].invalid_input == "InvalidRequestException"
    assert alexa.operations["GetDevice"].invalid_input == "ValidationException"
    assert (one_click.internal_failure, alexa.internal_failure) == ("InternalFailureException", "InternalFailure")


def test_a_gateway_without_aws_loads_no_aws_sdk() -> None:
    """Serving the embedded services costs no import of an SDK or a web framework."""
    program = "import sys, gateway.wire.asgi; print({'botocore', 'aioboto3', 'starlette'} & set(sys.modules))"

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed == "set()\n"
