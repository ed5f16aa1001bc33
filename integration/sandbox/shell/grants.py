"""What a client shows instead of a secret: an assertion its certificate signed, or the code a person's sign-in gave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CODE_LIFE = timedelta(minutes=10)
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
PADDINGS: Mapping[str, padding.AsymmetricPadding] = {"PS256": _PSS, "RS256": padding.PKCS1v15()}
LONGEST_ASSERTION = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Code:
    """What a person agreed to: who, for which client and address, to be proven by which challenge."""

    person: str
    client: str
    redirect_uri: str
    challenge: str
    resource: str
    nonce: str
    until: datetime


class Codes:
    """Codes that were given and not used yet. Each is used once, by the one who began the sign-in, soon."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._given: dict[str, Code] = {}
        self._lock = threading.Lock()

    def give(self, agreed: Mapping[str, str], person: str, resource: str) -> str:
        """A fresh code for the parameters of an authorization request."""
        text = secrets.token_urlsafe(32)
        with self._lock:
            self._given[text] = Code(
                person,
                agreed["client_id"].lower(),
                agreed["redirect_uri"],
                agreed["code_challenge"],
                resource,
                agreed.get("nonce", ""),
                self._clock() + CODE_LIFE,
            )
        return text

    def take(self, text: str) -> Code | None:
        """The code, gone from now on; ``None`` where it was never given, used already or too old."""
        with self._lock:
            found = self._given.pop(text, None)
        return found if found is not None and self._clock() < found.until else None


def proves(code: Code, verifier: str) -> bool:
    """Is this what the challenge was made of?"""
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, code.challenge.encode())


def assertion_holds(text: str, pem: str, client: str, tenant: str, now: datetime) -> bool:
    """Did the key of this certificate sign an assertion of this client for this tenant that is valid now?"""
    try:
        signed, _, signature = text.rpartition(".")
        head, claims = (json.loads(_unpacked(part)) for part in signed.split("."))
        certificate = x509.load_pem_x509_certificate(pem.encode())
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or not _named(head, certificate):
            return False
        key.verify(_unpacked(signature), signed.encode(), PADDINGS[head["alg"]], hashes.SHA256())
        return _for_us(claims, client, tenant, now.timestamp())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidSignature):
        return False


def _named(head: Mapping[str, Any], certificate: x509.Certificate) -> bool:
    names = {"x5t#S256": hashes.SHA256(), "x5t": hashes.SHA1()}  # noqa: S303 - a name, not a proof
    given = [(name, kind) for name, kind in names.items() if name in head]
    return bool(given) and all(_unpacked(head[name]) == certificate.fingerprint(kind) for name, kind in given)


def _for_us(claims: Mapping[str, Any], client: str, tenant: str, now: float) -> bool:
    return (
        claims["iss"] == claims["sub"] == client
        and str(claims["aud"]).endswith(f"/{tenant}/oauth2/v2.0/token")
        and claims.get("nbf", 0) <= now + 300
        and now < claims["exp"] < now + LONGEST_ASSERTION.total_seconds()
    )


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
