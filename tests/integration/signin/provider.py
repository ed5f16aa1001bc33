"""An OpenID Connect provider of our own on a free port: one key, one person at the keyboard, and ways to misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "integration", "the secret of the integration at the provider"


def new_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


class Provider:
    """``person``: the claims of who sits there. ``signs(**claims)`` changes what the next token says, ``key`` with
    what it is signed."""

    def __init__(self) -> None:
        self.key = self.published = new_key()
        self.person: dict[str, Any] = {"sub": "4711", "preferred_username": "susan"}
        self.wrong: dict[str, Any] = {}
        self.known: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _asked_at(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def signs(self, **claims: Any) -> None:
        self.wrong = claims

    def browse(self, address: str) -> str:
        """What a browser does with the address it is sent to: the person agrees. Where it is led back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def configuration(self) -> dict[str, str]:
        own = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        own |= {"authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token"}
        return own | self.known

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or proof != asked["code_challenge"] or form["client_secret"] != SECRET:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.person | self.wrong
        claims = {name: value for name, value in claims.items() if name != "alg" and value is not None}
        token = jwt.encode(claims, self.key, self.wrong.get("alg", "RS256"), {"kid": "one"})
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}


def _asked_at(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/keys":
                public = RSAAlgorithm.to_jwk(provider.published.public_key(), as_dict=True)
                self.answer(200, {"keys": [{**public, "kid": "one"}]})
            else:
                self.answer(200, provider.configuration())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def answer(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    return Asked
