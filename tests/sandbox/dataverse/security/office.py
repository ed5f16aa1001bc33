"""An organization of its own, with a user whose one role is made by hand."""

from __future__ import annotations

from typing import Any

from integration.sandbox import Sandbox
from integration.sandbox.dataverse.security.privileges import identity
from tests.sandbox.conftest import Caller

CRM = "Microsoft.Dynamics.CRM"
MISSING, TOO_FAR = (403, "0x80040220"), (403, "0x80048306")
ACCOUNT_DEFINITION = "EntityDefinitions(LogicalName='account')"


class Office:
    """An organization of its own, its administrator, and a user of an application whose one role is made by hand."""

    def __init__(self, running: Sandbox) -> None:
        self.running = running
        self.boss = Caller(running.ready, "administrator")
        self.app = Caller(running.ready, "no_role")
        client = running.ready["clients"]["no_role"]["client_id"]
        found = self.boss.rows(f"systemusers?$select=_businessunitid_value&$filter=applicationid eq {client}")[0]
        self.user, self.unit = found["systemuserid"], found["_businessunitid_value"]
        self.role = self.boss.create("roles", name="Storekeeper of Coho Winery")
        self.assign("systemusers", self.user, self.role)

    def may(self, depth: str = "Global", *names: str) -> None:
        """The hand-made role holds exactly these privileges."""
        held = [{"PrivilegeId": identity(name), "Depth": depth} for name in names]
        answer = self.boss("POST", f"roles({self.role})/{CRM}.ReplacePrivilegesRole", {"Privileges": held})
        assert answer.status_code == 204, answer.text

    def also(self, depth: str, *names: str) -> None:
        held = [{"PrivilegeId": identity(name), "Depth": depth} for name in names]
        answer = self.boss("POST", f"roles({self.role})/{CRM}.AddPrivilegesRole", {"Privileges": held})
        assert answer.status_code == 204, answer.text

    def assign(self, holders: str, holder: str, role: str, by: Caller | None = None) -> Any:
        table = holders.removesuffix("s")
        address = f"{holders}({holder})/{table}roles_association/$ref"
        return (by or self.boss)("POST", address, {"@odata.id": f"roles({role})"})

    def role_named(self, name: str, unit: str | None = None) -> str:
        where = f"name eq '{name}' and _businessunitid_value eq {unit or self.unit}"
        return self.boss.rows(f"roles?$select=name&$filter={where}")[0]["roleid"]

    def person(self, first: str, last: str, unit: str | None = None) -> str:
        given: dict[str, Any] = {"businessunitid_at_bind": f"/businessunits({unit})"} if unit else {}
        mail = f"{first}.{last}@coho.example".lower()
        given = {"islicensed": True, **given}
        return self.boss.create("systemusers", firstname=first, lastname=last, internalemailaddress=mail, **given)
