"""What roles hold, by which names and how far; what a new organization gives whom; rights as they are read."""

from __future__ import annotations

import itertools

import pytest

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.security import roles
from integration.sandbox.dataverse.security.privileges import (
    ALL_RIGHTS,
    OF_OWNED,
    OPEN,
    ORGANIZATION_WIDE,
    RIGHTS,
    Depth,
    depth,
    identity,
    named,
    verbs,
)
from integration.sandbox.dataverse.security.rights import RightsCache, find_user, read_rights
from integration.sandbox.dataverse.seed.base import assign
from integration.sandbox.dataverse.seed.roles import INTEGRATION_ROLES, LINES, PRICED, ROLES, SOLD
from tests.sandbox.dataverse.writer import NOBODY, Writer, refused, rolled_back

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


def test_granting_adds_or_replaces_and_copies_follow(writer: Writer) -> None:
    unit(writer)
    role = writer.create("role", name="Storekeeper")
    (copy,) = writer.values("SELECT roleid FROM role WHERE parentrootroleid = ? AND roleid <> ?", role, role)

    roles.grant(writer.connection, [role], {"prvReadAccount": Depth.BASIC, "prvReadProduct": Depth.BASIC})
    roles.repeat(writer.connection, role)
    assert held(writer, role) == held(writer, copy) == {"prvReadAccount": 1, "prvReadProduct": 8}

    roles.grant(writer.connection, [role], {"prvWriteAccount": Depth.DEEP, "prvNothing": Depth.GLOBAL}, anew=True)
    roles.repeat(writer.connection, role)
    assert held(writer, role) == held(writer, copy) == {"prvWriteAccount": 4}


def test_defining_a_role_again_keeps_its_holders_and_takes_over_one_of_its_name(writer: Writer) -> None:
    own, anna = "5f7e0c1e-0000-4000-8000-000000000001", writer.create("systemuser", lastname="Hill", islicensed=True)
    made_by_hand = writer.create("role", name="Bookseller")
    assign(writer.write, anna, made_by_hand)

    roles.define(writer.write, own, "Bookseller", {"prvReadAccount": "Global"})
    roles.define(writer.write, own, "Bookseller of Bath", {"prvWriteAccount": "Basic"})

    assert writer.values("SELECT roleid FROM systemuserroles WHERE systemuserid = ?", anna) == [own]
    assert held(writer, own) == {"prvWriteAccount": 1}
    assert writer.row("role", own)["name"] == "Bookseller of Bath"
    assert not writer.there("role", made_by_hand)


def test_administrators_hold_everything_there_is(writer: Writer) -> None:
    everything = set(writer.values("SELECT name FROM privilege"))
    assert set(held(writer, role_named(writer, ADMINISTRATOR))) == everything
    writer.connection.execute(
        "INSERT INTO privilege (privilegeid, name, canbeglobal) VALUES (?, 'prvNew', 1)", (identity("prvNew"),)
    )

    roles.complete(writer.connection)

    assert held(writer, role_named(writer, ADMINISTRATOR))["prvNew"] == 8


@pytest.mark.parametrize("word", ["Basic", "local", "DEEP", "Global"])
def test_a_depth_is_known_in_any_case(word: str) -> None:
    assert depth(word).label == word.capitalize()


@pytest.mark.parametrize("word", ["", "World", "8", "None"])
def test_a_depth_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="no depth"):
        depth(word)


def test_rows_with_owners_can_be_assigned_and_shared_and_those_without_are_global_only(writer: Writer) -> None:
    for table in writer.organization.model:
        found = verbs(table)
        if table.joins or table.name in OPEN:
            assert found == ()
            continue
        assert set(found) == (set(ALL_RIGHTS) if table.owned == "user" else set(RIGHTS))
        assert (set(OF_OWNED) <= set(found)) == (table.owned == "user")
        query = "SELECT canbebasic, canbelocal, canbedeep, canbeglobal, accessright FROM privilege WHERE name = ?"
        for verb in found:
            basic, local, deep, everywhere, bit = writer.connection.execute(query, (named(table, verb),)).fetchone()
            assert basic == local == deep
            assert (everywhere, bit) == (1, ALL_RIGHTS[verb])


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("account", "prvReadAccount"), ("salesorder", "prvReadOrder"), ("salesorderdetail", "prvReadOrder"),
        ("annotation", "prvReadNote"), ("systemuser", "prvReadUser"), ("uom", "prvReadProduct"),
        ("pricelevel", "prvReadProduct"), ("quoteclose", "prvReadActivity"), ("quotedetail", "prvReadQuote"),
    ],
)  # fmt: skip
def test_privileges_have_the_names_of_the_service(writer: Writer, table: str, name: str) -> None:
    assert named(writer.table(table), "Read") == name


def test_a_privilege_has_the_same_id_in_every_organization_and_no_two_share_one(writer: Writer) -> None:
    names = writer.values("SELECT name FROM privilege ORDER BY name")

    assert writer.values("SELECT privilegeid FROM privilege ORDER BY name") == [identity(name) for name in names]
    assert identity("PRVREADACCOUNT") == identity("prvReadAccount")
    assert len({identity(name) for name in names}) == len(names)


# --- the roles of a new organization ---------------------------------------------------------------------------------


def test_a_salesperson_sees_everything_that_is_sold_and_changes_their_own(writer: Writer) -> None:
    found = held(writer, role_named(writer, "Salesperson"))
    model = writer.organization.model
    for table in (model[name] for name in SOLD):
        assert found[named(table, "Read")] == Depth.GLOBAL
        assert found[named(table, "Write")] == (Depth.BASIC if table.owned == "user" else Depth.GLOBAL), table.name
    for name in ("account", "contact", "salesorder", "invoice"):
        deletable = {named(model[line], "Delete") for line in LINES}
        assert named(model[name], "Delete") in deletable or named(model[name], "Delete") not in found
    for name in PRICED:
        assert named(model[name], "Write") not in found
        assert found[named(model[name], "Read")] == Depth.GLOBAL
    assert not set(ORGANIZATION_WIDE) & set(found)


def test_the_integration_keeps_up_what_it_writes_and_only_its_administrator_customizes(writer: Writer) -> None:
    administers, uses = (held(writer, role_named(writer, name)) for name in INTEGRATION_ROLES)
    model = writer.organization.model
    for name, verb in itertools.product((*SOLD, *PRICED), RIGHTS):
        assert uses[named(model[name], verb)] == Depth.GLOBAL
    assert set(uses) < set(administers)
    assert "prvPublishCustomization" in set(administers) - set(uses)
    assert "prvCreateEntity" not in administers


def test_every_role_is_there_once_in_each_business_unit(writer: Writer) -> None:
    north = unit(writer)

    for one in (writer.root, north):
        assert sorted(writer.values("SELECT name FROM role WHERE businessunitid = ?", one)) == sorted(ROLES)


# --- rights as they are read -----------------------------------------------------------------------------------------


def person(writer: Writer, **values: object) -> str:
    made = writer.create("systemuser", **{"lastname": "Hill", "islicensed": True, **values})
    assign(writer.write, made, role_named(writer, "Salesperson"))
    return made


@pytest.mark.parametrize(
    ("values", "code", "status"),
    [
        ({"isdisabled": True}, "0x80041d1f", 400),
        ({"islicensed": False}, "0x8004d24b", 403),
        ({"islicensed": False, "accessmode": 2}, "0x8004d24b", 403),
        ({"islicensed": False, "accessmode": 1}, "", 0),
        ({"islicensed": False, "accessmode": 4}, "", 0),
        ({}, "", 0),
    ],
)
def test_who_may_work_is_enabled_and_licensed(
    writer: Writer, values: dict[str, object], code: str, status: int
) -> None:
    user = person(writer, **values)
    if code:
        with refused(code, status=status):
            read_rights(writer.connection, user)
    else:
        assert read_rights(writer.connection, user).depths["prvReadAccount"] is Depth.GLOBAL


def test_who_has_no_role_may_nothing(writer: Writer) -> None:
    with refused("0x80042f09", "no roles are assigned to user", status=403):
        read_rights(writer.connection, writer.create("systemuser", lastname="Hill", islicensed=True))
    with refused("0x80072560", "not a member of the organization", status=403):
        find_user(writer.connection, ("systemuserid", NOBODY))


def test_rights_are_read_anew_when_somebody_changes_them_and_only_then(in_process: Organization) -> None:
    cache = RightsCache()
    connection = in_process.database.connection()
    who = ("firstname", "Nancy")
    first = cache.of(connection, who)
    assert cache.of(connection, who) is first

    with rolled_back(in_process) as writer:
        role = writer.create("role", name="Storekeeper")
        roles.grant(writer.connection, [role], {"prvReadAccount": Depth.BASIC})
        assert cache.of(connection, who) is not first

    assert cache.of(connection, who) is first
    connection.execute("UPDATE standing SET version = version + 1")
    assert cache.of(connection, who) is not first
