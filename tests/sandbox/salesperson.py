"""A salesperson at the page “Sales (sandbox)”, form by form, without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import requests


class Browser:
    """Who uses the page, form by form, without JavaScript."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.url = ready["url"]
        self.http = requests.Session()

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.http.get(f"{self.url}{path}", timeout=10, headers=headers)

    def post(self, path: str, token: str | None = None, **form: str) -> requests.Response:
        """Send a form as the page has it; ``token`` replaces that of the session."""
        given = self.token() if token is None else token
        return self.http.post(f"{self.url}{path}", data={"token": given, **form}, timeout=10)

    def token(self) -> str:
        return re.findall(r'name="token" value="([^"]+)"', self.get("/sales/accounts/").text)[0]

    def sign_in(self, name: str) -> Browser:
        people = re.findall(r'value="([0-9a-f-]{36})"[^>]*> ([^<]+?) <', self.get("/sales/").text)
        person = {shown: id for id, shown in people}[name]
        self.http.post(f"{self.url}/sales/sign-in", data={"person": person}, timeout=10)
        return self

    def made(self, set_name: str, **form: str) -> str:
        """The address of a new record."""
        answer = self.post(f"/sales/{set_name}/new", **form)
        assert answer.status_code == 200, answer.text
        path = answer.url.removeprefix(self.url)
        assert re.fullmatch(rf"/sales/{set_name}/[0-9a-f-]{{36}}", path), answer.text
        return path


def complaint(answer: requests.Response) -> str:
    (found,) = re.findall(r'role="alert">([^<]+)<', answer.text)
    return str(found)


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


def deny(call: Any, name: str, role: str) -> None:
    """Take from a person the role that ends so."""
    (person,) = call.rows(f"systemusers?$filter=fullname eq '{name}'&$select=systemuserid")
    (found,) = call.rows(f"roles?$filter=endswith(name,'{role}')&$select=roleid")
    there = f"systemusers({person['systemuserid']})/systemuserroles_association({found['roleid']})/$ref"
    answer = call("DELETE", there)
    assert answer.status_code == 204, answer.text


def allow(call: Any, name: str, role: str) -> None:
    """Give a person the role that ends so, if they have it not yet."""
    (person,) = call.rows(f"systemusers?$filter=fullname eq '{name}'&$select=systemuserid")
    (found,) = call.rows(f"roles?$filter=endswith(name,'{role}')&$select=roleid")
    bound = {"@odata.id": f"{call.root}roles({found['roleid']})"}
    answer = call("POST", f"systemusers({person['systemuserid']})/systemuserroles_association/$ref", bound)
    assert answer.status_code == 204 or "duplicate key" in answer.text, answer.text
