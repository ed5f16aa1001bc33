"""A passkey in software: what a browser sends when a person's device makes one and shows it (WebAuthn Level 2)."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

HOST, ORIGIN = "localhost", "http://localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Passkey:
    """``verifies``: the device asks for a finger, a face or a PIN. ``origin``: of the page it believes to be on."""

    def __init__(self, verifies: bool = True, origin: str = ORIGIN) -> None:
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(32)
        self.verifies, self.origin, self.owner = verifies, origin, b""

    def made(self, options: dict[str, Any]) -> str:
        """What ``navigator.credentials.create`` answers, as it is sent."""
        asked = options["publicKey"]
        self.owner = websafe_decode(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        attested = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        return self._sent(
            {
                "clientDataJSON": websafe_encode(self._client("webauthn.create", asked["challenge"])),
                "attestationObject": websafe_encode(
                    AttestationObject.create("none", self._authenticator(ATTESTED, attested), {})
                ),
            }
        )

    def shown(self, options: dict[str, Any], owner: bytes | None = None) -> str:
        """What ``navigator.credentials.get`` answers, as it is sent."""
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        device = self._authenticator(0)
        signature = self.key.sign(device + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._sent(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(device),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(self.owner if owner is None else owner),
            }
        )

    def _authenticator(self, flags: int, attested: AttestedCredentialData | None = None) -> AuthenticatorData:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return AuthenticatorData.create(hashlib.sha256(HOST.encode()).digest(), flags, 0, attested or b"")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _sent(self, response: dict[str, str]) -> str:
        own = websafe_encode(self.id)
        extensions = {"credProps": {"rk": True}}
        return json.dumps(
            {"type": "public-key", "id": own, "rawId": own, "response": response, "clientExtensionResults": extensions}
        )
