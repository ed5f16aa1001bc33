"""Roles as rows: their names, their copies, who holds them, and the ones that nobody may take apart."""

from __future__ import annotations

import pytest

from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.security.members import check
from integration.sandbox.dataverse.security.rights import read_rights
from integration.sandbox.dataverse.security.role_checks import check_held
from tests.sandbox.dataverse.writer import Writer, refused

ADMINISTRATOR, CUSTOMIZER = "System Administrator", "System Customizer"


def role_named(writer: Writer, name: str) -> str:
    query = "SELECT roleid FROM role WHERE name = ? AND businessunitid = ?"
    return str(writer.value(query, name, writer.root))


def unit(writer: Writer, name: str = "North") -> str:
    return writer.create("businessunit", name=name, parentbusinessunitid=writer.root)


def held(writer: Writer, role: str) -> dict[str, int]:
    query = (
        "SELECT p.name, h.privilegedepthmask FROM roleprivileges h JOIN privilege p ON p.privilegeid = h.privilegeid "
        "WHERE h.roleid = ?"
    )
    return dict(writer.connection.execute(query, (role,)).fetchall())


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}])
def test_a_role_needs_a_name(writer: Writer, body: dict[str, str | None]) -> None:
    with refused("0x80041407"):
        writer.create("role", **body)


def test_the_name_of_a_role_is_taken_once_in_a_business_unit(writer: Writer) -> None:
    writer.create("role", name="Café Manager")
    for name in ("Café Manager", "CAFE MANAGER", "Salesperson", "system administrator"):
        with refused("0x80041403"):
            writer.create("role", name=name)
    other = writer.create("role", name="Storekeeper")
    with refused("0x80041403"):
        writer.change("role", other, name="cafe manager")
    writer.change("role", other, name="storekeeper")
    assert writer.row("role", other)["name"] == "storekeeper"


def test_a_role_of_a_lower_unit_is_not_there_above_or_beside(writer: Writer) -> None:
    north, south = unit(writer), unit(writer, "South")
    writer.create("role", name="Storekeeper", businessunitid=north)

    assert writer.values("SELECT businessunitid FROM role WHERE name = 'Storekeeper'") == [north]
    assert writer.create("role", name="Storekeeper", businessunitid=south)


def test_a_copy_goes_with_the_role_it_was_made_of_and_not_alone(writer: Writer) -> None:
    north = unit(writer)
    role = writer.create("role", name="Storekeeper")
    (copy,) = writer.values("SELECT roleid FROM role WHERE parentrootroleid = ? AND roleid <> ?", role, role)
    assert writer.row("role", copy)["businessunitid"] == north

    with writer.undone() as one, refused("0x8004140c"):
        one.delete("role", copy)
    writer.delete("role", role)
    assert writer.values("SELECT roleid FROM role WHERE name = 'Storekeeper'") == []


@pytest.mark.parametrize(("name", "code"), [(ADMINISTRATOR, "0x80041d2e"), (CUSTOMIZER, "0x80041d4a")])
def test_the_roles_that_come_with_the_product_stay(writer: Writer, name: str, code: str) -> None:
    unit(writer)
    for role in writer.values("SELECT roleid FROM role WHERE name = ?", name):
        with writer.undone() as one, refused(code):
            one.delete("role", role)


def test_the_role_of_administrators_keeps_its_name_and_what_it_holds(writer: Writer) -> None:
    role = role_named(writer, ADMINISTRATOR)

    with refused("0x80041d31"):
        writer.change("role", role, name="Boss")
    with refused("0x80041d31"):
        check_held(writer.connection, role)
    check_held(writer.connection, role_named(writer, CUSTOMIZER))
    writer.change("role", role_named(writer, CUSTOMIZER), name="Customizer")


# --- who holds them --------------------------------------------------------------------------------------------------


def administrators(writer: Writer) -> list[str]:
    query = "SELECT systemuserid FROM systemuserroles WHERE roleid = ? ORDER BY 1"
    return writer.values(query, role_named(writer, ADMINISTRATOR))


def part(writer: Writer, user: str, role: str, joining: bool = False) -> None:
    table = writer.table("systemuser")
    collection = table.collections["systemuserroles_association"]
    guard = Guard(writer.user, (read_rights(writer.connection, writer.user),))
    check(guard, writer.write, collection, {"systemuser": user, "role": role}, joining)


def test_the_last_administrator_is_neither_disabled_nor_parted_from_the_role(writer: Writer) -> None:
    role = role_named(writer, ADMINISTRATOR)
    first, *others = sorted(administrators(writer), key=lambda user: user != writer.user)
    for other in others:
        part(writer, other, role)
        writer.change("systemuser", other, isdisabled=True)

    with refused("0x80041d2f"):
        writer.change("systemuser", first, isdisabled=True)
    with refused("0x80041d30"):
        part(writer, first, role)
    part(writer, first, role_named(writer, CUSTOMIZER))
    writer.change("systemuser", first, title="Boss", isdisabled=False)


def test_who_does_not_administer_is_disabled_at_any_time(writer: Writer) -> None:
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)

    writer.change("systemuser", anna, isdisabled=True)

    assert writer.row("systemuser", anna)["isdisabled"] == 1


def test_the_user_of_the_system_is_nobodys_to_change(writer: Writer) -> None:
    system = writer.value("SELECT systemuserid FROM systemuser WHERE domainname = 'SYSTEM'")

    for body in ({"isdisabled": True}, {"title": "x"}, {"accessmode": 0}):
        with refused("0x80041d33"):
            writer.change("systemuser", system, **body)


@pytest.mark.parametrize(("holder", "code"), [("systemuser", "0x80041409"), ("team", "0x8004140d")])
def test_a_role_is_given_within_its_business_unit(writer: Writer, holder: str, code: str) -> None:
    north = unit(writer)
    named_ = {"lastname": "Hill"} if holder == "systemuser" else {"name": "Orchard"}
    row = writer.create(holder, businessunitid=north, **named_)
    collection = writer.table(holder).collections[f"{holder}roles_association"]
    guard = writer.guard(writer.user)
    here, there = (
        writer.value("SELECT roleid FROM role WHERE name = 'Salesperson' AND businessunitid = ?", one)
        for one in (writer.root, north)
    )

    with refused(code, "another business unit"):
        check(guard, writer.write, collection, {holder: row, "role": here}, joining=True)
    check(guard, writer.write, collection, {holder: row, "role": there}, joining=True)


def test_an_access_team_holds_no_role(writer: Writer) -> None:
    team = writer.create("team", name="Bid for Adatum", teamtype=1)
    collection = writer.table("team").collections["teamroles_association"]
    pair = {"team": team, "role": role_named(writer, "Salesperson")}

    with refused("0x80040203", "access team"):
        check(writer.guard(writer.user), writer.write, collection, pair, joining=True)
