"""The page where a person signs in: choose who you are, agree, go back with a code. No passwords here."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from integration.sandbox.shell.denials import SignInRefused
from integration.sandbox.shell.messages import Incoming, Response
from integration.sandbox.shell.tokens import Tenant

KEPT = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method", "resource")  # fmt: skip
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0;padding:1rem}main{max-width:34rem;margin:2rem auto}"
    "label{display:block;padding:.4rem 0}fieldset{border:1px solid #888;border-radius:.4rem;margin:1rem 0}"
    "button{font:inherit;padding:.5rem 1rem}[role=alert]{color:#b00020;font-weight:600}"
)
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{HASH}'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in by hand."""

    id: str
    name: str
    mail: str
    title: str

    @property
    def about(self) -> str:
        return ", ".join(filter(None, (self.title, self.mail)))


People = Callable[[], list[Person]]


def answer_page(tenant: Tenant, people: People, name: str, incoming: Incoming) -> Response:
    """The page for a GET, the way back to the client for its form."""
    is_get = incoming.method == "GET"
    text = incoming.query if is_get else incoming.body.decode("utf-8", "replace")
    given = dict(parse_qsl(text, keep_blank_values=True))
    try:
        label = _checked(tenant, name, given)
    except SignInRefused as refused:
        return _page(refused.status, f"<h1>Sign-in</h1><p>AADSTS{refused.number}: {escape(refused.message)}</p>")
    try:
        resource = _asked_for(tenant, given)
    except SignInRefused as refused:
        return _back(given, {"error": refused.error, "error_description": f"AADSTS{refused.number}: {refused.message}"})
    if is_get:
        return _page(200, _form(people(), label, given))
    if given.get("answer") != "sign in":
        return _back(given, {"error": "access_denied", "error_description": "AADSTS65004: The person said no."})
    if given.get("person") not in {person.id for person in people()}:
        return _page(200, _form(people(), label, given, "Choose who you are."))
    return _back(given, {"code": tenant.codes.give(given, given["person"], resource)})


def _checked(tenant: Tenant, name: str, given: Mapping[str, str]) -> str:
    """The client's label. What is wrong here is shown to the person: the way back cannot be trusted."""
    if name.lower() not in (tenant.id, "common", "organizations"):
        raise SignInRefused(400, "invalid_request", 90002, f"Tenant '{name}' not found.")
    label = tenant.registered(given.get("client_id", ""), name).label
    back = urlsplit(given.get("redirect_uri", ""))
    if not back.hostname or (back.scheme != "https" and not (back.scheme == "http" and back.hostname in LOOPBACK)):
        raise SignInRefused(400, "invalid_request", 50011, "The redirect URI must be https, or http on this machine.")
    return label


def _asked_for(tenant: Tenant, given: Mapping[str, str]) -> str:
    """The resource. What is wrong here is answered to the client."""
    if given.get("response_type") != "code":
        raise SignInRefused(400, "unsupported_response_type", 700054, "Only the response type 'code' is offered.")
    if given.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise SignInRefused(400, "invalid_request", 9002325, "A code challenge of method S256 is required.")
    asked = [scope for scope in given.get("scope", "").split() if "/" in scope]
    if len(asked) != 1:
        raise SignInRefused(400, "invalid_scope", 70011, "The scope must name one resource.")
    return tenant.resource(asked[0])


def _back(given: Mapping[str, str], parameters: Mapping[str, str]) -> Response:
    address = given["redirect_uri"]
    state = {"state": given["state"]} if "state" in given else {}
    joint = "&" if urlsplit(address).query else "?"
    return Response(
        302, b"", {"Location": f"{address}{joint}{urlencode({**parameters, **state})}", "Cache-Control": "no-store"}
    )


def _form(people: list[Person], label: str, given: Mapping[str, str], problem: str = "") -> str:
    choices = "".join(
        f'<label><input type="radio" name="person" value="{escape(person.id)}"> {escape(person.name)} '
        f"<small>{escape(person.about)}</small></label>"
        for person in people
    )
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(given[name])}">' for name in KEPT if name in given
    )
    complaint = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    return (
        f"<h1>Sign in to Sales (sandbox)</h1><p>“{escape(label)}” wants to work with the organization in your name. "
        f'Who are you?</p>{complaint}<form method="post">{kept}<fieldset><legend>People</legend>{choices}</fieldset>'
        '<button name="answer" value="sign in">Sign in and agree</button> '
        '<button name="answer" value="cancel">Cancel</button></form>'
    )


def _page(status: int, content: str) -> Response:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in – Sales (sandbox)</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><style>{STYLE}</style></head><body><main>{content}</main></body></html>'
    )
    return Response(status, html.encode(), HEADERS)
