"""Who may be given which role, and who may join which team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.refusals import invalid
from integration.sandbox.dataverse.security import privileges
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.security.role_checks import check_parting
from integration.sandbox.dataverse.store.model import Collection
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.write import Write

HOLDERS = {"systemuserroles": "systemuser", "teamroles": "team"}
ACCESS_TEAM = 1
WRONG_UNIT = {"systemuser": "0x80041409", "team": "0x8004140d"}


def check(guard: Guard, write: Write, collection: Collection, pair: Mapping[str, str], joining: bool) -> None:
    """Before a pair (table -> id) is made or parted. Roles are assigned by who may assign roles, and only within one
    business unit; other pairs take Append on the one table and AppendTo on the other. Raises :class:`Refusal`."""
    between = collection.between
    if between not in HOLDERS:
        _check_other(guard, write, between, pair)
        return
    guard.require(privileges.ASSIGN_ROLE, write.model["role"])
    if joining:
        _check_role(write, HOLDERS[between], pair)
    elif between == "systemuserroles":
        check_parting(write.connection, pair["systemuser"], pair["role"])


def _check_other(guard: Guard, write: Write, between: str, pair: Mapping[str, str]) -> None:
    if between == "roleprivileges":
        raise invalid("What a role holds is changed by AddPrivilegesRole and RemovePrivilegeRole.")
    if between == "teammembership":
        guard.check_rows("Write", write.model, write.connection, write.model["team"], [pair["team"]])
        return
    near, far = write.model[between].joins
    for verb, name in (("Append", near), ("AppendTo", far)):
        if name in pair:
            guard.check_rows(verb, write.model, write.connection, write.model[name], [pair[name]])


def _check_role(write: Write, holder: str, pair: Mapping[str, str]) -> None:
    role = write.one("role", pair["role"]) or {}
    held_by = write.one(holder, pair[holder]) or {}
    if holder == "team" and held_by.get("teamtype") == ACCESS_TEAM:
        raise invalid("Security roles cannot be assigned to an access team.")
    if role.get("businessunitid") != held_by.get("businessunitid"):
        raise Refusal(
            400,
            WRONG_UNIT[holder],
            "The security role belongs to another business unit than the user or team that is to hold it: assign its "
            "copy in their business unit.",
        )
