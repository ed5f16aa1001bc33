"""Somebody at the page that salespeople have, asked in this process."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

from integration.sandbox.dataverse.http.messages import Request
from integration.sandbox.dataverse.page.routes import SalesPage
from integration.sandbox.shell.messages import Response
from tests.sandbox.in_process import ROOT

GONE = "00000000-0000-0000-0000-000000000001"
"""The id of no record."""


class Visitor:
    """Somebody at the page with the cookie they were given."""

    def __init__(self, page: SalesPage) -> None:
        self.page = page
        self.cookie = ""

    def __call__(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Response:
        address, _, query = path.partition("?")
        named = {"cookie": self.cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        content = urlencode(form or {}).encode()
        return self.page.answer(Request(method, address, query, named, content, ROOT))

    def sign_in(self, name: str) -> Visitor:
        people = re.findall(r'value="([0-9a-f-]{36})"[^>]*> ([^<]+?) <', self.text("/sales/"))
        person = {shown: key for key, shown in people}[name]
        answer = self("POST", "/sales/sign-in", {"person": person})
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return self

    def text(self, path: str) -> str:
        return self("GET", path).body.decode()

    def send(self, path: str, **form: str) -> Response:
        token = re.findall(r'name="token" value="([^"]+)"', self.text("/sales/accounts/"))[0]
        return self("POST", path, {"token": token, **form})


def typed_in(form: str) -> dict[str, str]:
    """What stands in the fields of a page's form, as a browser would send it."""
    texts = dict(re.findall(r'<input type="[^"]+" name="(\w+)" value="([^"]*)"', form))
    memos = dict(re.findall(r'<textarea name="(\w+)"[^>]*>\n([^<]*)</textarea>', form))
    lists = re.findall(r'<select name="(\w+)"(.*?)</select>', form, re.DOTALL)
    chosen = {name: "".join(re.findall(r'<option value="([^"]*)" selected>', options)) for name, options in lists}
    return {name: html.unescape(value) for name, value in {**texts, **memos, **chosen}.items()}
