"""https with certificates of its own."""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from cryptography import x509

from integration.http import Transport
from integration.sandbox import Sandbox
from integration.sandbox.shell.certificates import certificates
from integration.systems.errors import TlsFailed
from tests.sandbox.conftest import Caller


def test_who_trusts_the_authority_works_over_https(
    organization: Callable[..., Sandbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = organization(tls=str(tmp_path / "tls")).ready
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ready["ca"])

    call = Caller(ready)
    row = call("POST", "accounts", {"name": "Coho Winery"}).headers["OData-EntityId"]

    assert row.startswith(f"{ready['url']}/api/data/v9.2/accounts(")
    assert ready["url"].startswith("https://127.0.0.1:")
    assert call.get(row)["name"] == "Coho Winery"


def test_who_does_not_trust_the_authority_is_told_so(organization: Callable[..., Sandbox], tmp_path: Path) -> None:
    ready = organization(tls=str(tmp_path / "tls")).ready

    with pytest.raises(TlsFailed, match="The certificate of the server is not trusted"):
        Transport().send("GET", ready["url"])


def test_the_client_trusts_a_named_authority(organization: Callable[..., Sandbox], tmp_path: Path) -> None:
    ready = organization(tls=str(tmp_path / "tls")).ready
    transport = Transport(ca=ready["ca"])

    answer = transport.send("GET", f"{ready['url']}/api/data/v9.2/WhoAmI")
    transport.close()

    assert answer.status == 401


def test_a_token_for_https_is_not_one_for_http(
    organization: Callable[..., Sandbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = organization(tls=str(tmp_path / "tls")).ready
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ready["ca"])

    refused = requests.post(
        ready["token_endpoint"],
        data={
            **ready["clients"]["integration"],
            "grant_type": "client_credentials",
            "scope": f"{ready['url'].replace('https', 'http')}/.default",
        },
        timeout=10,
    )

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_resource")


def test_certificates_are_kept_while_they_are_valid(tmp_path: Path) -> None:
    first = certificates(tmp_path, "127.0.0.1")
    authority, server = first.ca.read_bytes(), first.certificate.read_bytes()

    again = certificates(tmp_path, "127.0.0.1")

    assert (again.ca.read_bytes(), again.certificate.read_bytes()) == (authority, server)


def test_a_certificate_about_to_end_is_made_anew_by_the_same_authority(tmp_path: Path) -> None:
    first = certificates(tmp_path, "127.0.0.1")
    authority, server = first.ca.read_bytes(), first.certificate.read_bytes()

    later = certificates(tmp_path, "127.0.0.1", dt.datetime.now(dt.UTC) + dt.timedelta(days=340))

    assert later.ca.read_bytes() == authority
    assert later.certificate.read_bytes() != server


def test_another_host_gets_a_certificate_with_its_name(tmp_path: Path) -> None:
    certificates(tmp_path, "127.0.0.1")

    made = x509.load_pem_x509_certificate(certificates(tmp_path, "sales.example").certificate.read_bytes())

    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["sales.example", "localhost"]


def test_damaged_certificates_are_replaced(tmp_path: Path) -> None:
    made = certificates(tmp_path, "127.0.0.1")
    made.ca.write_text("not a certificate")

    again = certificates(tmp_path, "127.0.0.1")

    issuer = x509.load_pem_x509_certificate(again.ca.read_bytes())
    x509.load_pem_x509_certificate(again.certificate.read_bytes()).verify_directly_issued_by(issuer)


def test_nobody_else_reads_the_keys(tmp_path: Path) -> None:
    made = certificates(tmp_path, "127.0.0.1")

    assert [stat.S_IMODE(path.stat().st_mode) for path in (made.key, tmp_path / "ca.key")] == [0o600, 0o600]
