"""Endpoints by https: whose certificate is believed."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.model import errors
from gateway.settings.source import SourceSettings
from gateway.sources.aws import UnusableSource, open_aws
from tests.sources.aws.stub_upstream import answer, stub_upstream

NO_DEVICES = answer(200, b'{"devices": []}')


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "device services")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
async def test_a_certificate_that_nobody_signed_is_not_believed(certificate: Path, scheme: str) -> None:
    """An impostor's endpoint never gets a signed request."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with stub_upstream(NO_DEVICES, tls=tls) as stub:
        url = stub.url.replace("https", scheme)
        async with open_aws(SourceSettings(name="hq", service="one-click", endpoint_url=url, attempts=1)) as upstream:
            with pytest.raises(errors.UpstreamUnavailable, match="Source hq cannot be reached"):
                await upstream.call("ListDevices", {})

        assert stub.received == []


async def test_a_certificate_of_ones_own_is_believed_when_told_to(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual AWS_CA_BUNDLE makes an endpoint with a private certificate usable."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with stub_upstream(NO_DEVICES, tls=tls) as stub:
        async with open_aws(SourceSettings(name="hq", service="one-click", endpoint_url=stub.url)) as upstream:
            assert await upstream.call("ListDevices", {}) == {"Devices": []}

        assert len(stub.received) == 1


async def test_a_certificate_of_another_name_is_not_believed(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that is believed, but is not the endpoint's own, makes nobody the endpoint."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with stub_upstream(NO_DEVICES, tls=tls) as stub:
        url = stub.url.replace("127.0.0.1", "localhost")
        async with open_aws(SourceSettings(name="hq", service="one-click", endpoint_url=url, attempts=1)) as upstream:
            for operation, params in (("ListDevices", {}), ("InitiateDeviceClaim", {"DeviceId": "G030PM0000000001"})):
                with pytest.raises(errors.UpstreamUnavailable, match="Source hq cannot be reached"):
                    await upstream.call(operation, params)

        assert stub.received == []


async def test_a_bundle_that_cannot_be_read_is_told_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates that are not where AWS_CA_BUNDLE says are a mistake in the settings, not an outage."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "nothing.pem"))

    with pytest.raises(UnusableSource, match="source 'hq' cannot be used"):
        await open_aws(SourceSettings(name="hq", service="one-click", endpoint_url="https://127.0.0.1")).__aenter__()
