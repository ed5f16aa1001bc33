"""The page where a person signs in: choose who you are, agree, go back with a code. No passwords here."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from integration.sandbox.dataverse.http.messages import Response
from integration.sandbox.shell.denials import SignInRefused
from integration.sandbox.shell.tokens import Tenant

PEOPLE = (
    "SELECT systemuserid, fullname, internalemailaddress, title FROM systemuser "
    "WHERE applicationid IS NULL AND isdisabled = 0 AND accessmode IN (0, 1) "
    "ORDER BY title IS 'System Administrator' DESC, fullname"
)
"""Who may sign in by hand; administrators come first, as it is mostly they who are asked to."""
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


def answer_page(tenant: Tenant, name: str, method: str, query: str, body: bytes) -> Response:
    """The page for a GET, the way back to the client for its form."""
    text = query if method == "GET" else body.decode("utf-8", "replace")
    given = dict(parse_qsl(text, keep_blank_values=True))
    try:
        label = _checked(tenant, name, given)
    except SignInRefused as refused:
        return _page(refused.status, f"<h1>Sign-in</h1><p>AADSTS{refused.number}: {escape(refused.message)}</p>")
    try:
        resource = _asked_for(tenant, given)
    except SignInRefused as refused:
        return _back(given, {"error": refused.error, "error_description": f"AADSTS{refused.number}: {refused.message}"})
    if method == "GET":
        return _page(200, _form(tenant, label, given))
    if given.get("answer") != "sign in":
        return _back(given, {"error": "access_denied", "error_description": "AADSTS65004: The person said no."})
    known = {row[0] for row in tenant.database.connection().execute(PEOPLE)}
    if given.get("person") not in known:
        return _page(200, _form(tenant, label, given, "Choose who you are."))
    return _back(given, {"code": tenant.codes.give(given, given["person"], resource)})


def _checked(tenant: Tenant, name: str, given: Mapping[str, str]) -> str:
    """The client's label. What is wrong here is told to the person: the way back cannot be trusted."""
    if name.lower() not in (tenant.id, "common", "organizations"):
        raise SignInRefused(400, "invalid_request", 90002, f"Tenant '{name}' not found.")
    label = tenant.known(given.get("client_id", ""), name).label
    back = urlsplit(given.get("redirect_uri", ""))
    if not back.hostname or (back.scheme != "https" and not (back.scheme == "http" and back.hostname in LOOPBACK)):
        raise SignInRefused(400, "invalid_request", 50011, "The redirect URI must be https, or http on this machine.")
    return label


def _asked_for(tenant: Tenant, given: Mapping[str, str]) -> str:
    """The resource. What is wrong here is told to the client."""
    if given.get("response_type") != "code":
        raise SignInRefused(400, "unsupported_response_type", 700054, "Only the response type 'code' is offered.")
    if given.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise SignInRefused(400, "invalid_request", 9002325, "A code challenge of method S256 is required.")
    asked = [scope for scope in given.get("scope", "").split() if "/" in scope]
    if len(asked) != 1:
        raise SignInRefused(400, "invalid_scope", 70011, "The scope must name one resource.")
    return tenant.resource(asked[0])


def _back(given: Mapping[str, str], told: Mapping[str, str]) -> Response:
    address = given["redirect_uri"]
    state = {"state": given["state"]} if "state" in given else {}
    joint = "&" if urlsplit(address).query else "?"
    return Response(
        302, b"", {"Location": f"{address}{joint}{urlencode({**told, **state})}", "Cache-Control": "no-store"}
    )


def _form(tenant: Tenant, label: str, given: Mapping[str, str], problem: str = "") -> str:
    people = "".join(
        f'<label><input type="radio" name="person" value="{escape(id)}"> {escape(name or "")} '
        f"<small>{escape(', '.join(filter(None, (title, mail))))}</small></label>"
        for id, name, mail, title in tenant.database.connection().execute(PEOPLE)
    )
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(given[name])}">' for name in KEPT if name in given
    )
    complaint = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    return (
        f"<h1>Sign in to Sales (sandbox)</h1><p>“{escape(label)}” wants to work with the organization in your name. "
        f'Who are you?</p>{complaint}<form method="post">{kept}<fieldset><legend>People</legend>{people}</fieldset>'
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
