"""Users who may own rows, and the roles that let them."""

from __future__ import annotations

import uuid

from integration.sandbox.dataverse.security.privileges import identity
from tests.sandbox.conftest import Caller

CRM = "Microsoft.Dynamics.CRM"


def unique(name: str) -> str:
    return f"{name} {uuid.uuid4().hex[:8]}"


def person(administrator: Caller, last: str) -> str:
    mail = f"anna.{uuid.uuid4().hex[:8]}@coho.example"
    return administrator.create(
        "systemusers", firstname="Anna", lastname=last, internalemailaddress=mail, islicensed=True
    )


def give_role(administrator: Caller, user: str, *privileges: str) -> None:
    role = administrator.create("roles", name=unique("Role"))
    held = [{"PrivilegeId": identity(name), "Depth": "Basic"} for name in privileges]
    administrator("POST", f"roles({role})/{CRM}.ReplacePrivilegesRole", {"Privileges": held})
    address = f"systemusers({user})/systemuserroles_association/$ref"
    assert administrator("POST", address, {"@odata.id": f"roles({role})"}).status_code == 204
