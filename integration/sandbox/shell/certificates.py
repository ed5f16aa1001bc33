"""A certificate authority and a certificate of its own for serving https on this machine."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
SERVER_DAYS = 365
SPARE_DAYS = 30
"""A certificate that ends sooner is made anew."""
NAMES = ("localhost", "127.0.0.1", "::1")

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Certificates:
    """Paths of PEM files: the authority a client has to trust, the server's certificate and its key."""

    ca: Path
    certificate: Path
    key: Path


def certificates(directory: Path, host: str, now: dt.datetime | None = None) -> Certificates:
    """Those in the directory while they are valid for the host, otherwise new ones. The authority outlives the
    server's certificate, so that clients keep trusting. Raises ``OSError``."""
    moment = now or dt.datetime.now(dt.UTC)
    directory.mkdir(parents=True, exist_ok=True)
    made = Certificates(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    authority_key = directory / "ca.key"
    if not (_lasts(made.ca, moment) and authority_key.exists()):
        _make_authority(made.ca, authority_key, moment)
        made.certificate.unlink(missing_ok=True)
    if not (_lasts(made.certificate, moment, host) and made.key.exists()):
        _make_server(made, authority_key, host, moment)
    return made


def _lasts(path: Path, now: dt.datetime, host: str = "") -> bool:
    if not path.exists():
        return False
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError:
        return False
    if found.not_valid_after_utc - now < dt.timedelta(days=SPARE_DAYS) or found.not_valid_before_utc > now:
        return False
    return not host or _general_name(host) in _names(found)


def _names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _make_authority(path: Path, key_path: Path, now: dt.datetime) -> None:
    key = _new_key(key_path)
    name = _name("Sales (sandbox) certificate authority")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    made = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _make_server(made: Certificates, authority_key: Path, host: str, now: dt.datetime) -> None:
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise OSError(f"{authority_key} is not a key that the sandbox made.")
    issuer = x509.load_pem_x509_certificate(made.ca.read_bytes()).subject
    public = _new_key(made.key).public_key()
    names = [_general_name(name) for name in dict.fromkeys((host, *NAMES))]
    signed = (
        _builder(_name("Sales (sandbox)"), issuer, public, now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def _builder(
    name: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, name, public, x509.random_serial_number())
    return builder.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=days))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _new_key(path: Path) -> Key:
    """A new key in a file that only its owner reads."""
    key = ec.generate_private_key(ec.SECP256R1())
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return key
