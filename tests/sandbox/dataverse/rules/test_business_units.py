"""Business units: one root, and a life that ends only when nothing hangs on it."""

from __future__ import annotations

import pytest

from integration.sandbox.dataverse.seed.base import assign
from tests.sandbox.dataverse.writer import Writer, refused


def unit(writer: Writer, name: str = "North", above: str = "") -> str:
    return writer.create("businessunit", name=name, parentbusinessunitid=above or writer.root)


def closed(writer: Writer, row: str) -> str:
    writer.change("businessunit", row, isdisabled=True)
    return row


def test_there_is_one_root_only(writer: Writer) -> None:
    with refused("0x80041d02", "one root only"):
        writer.create("businessunit", name="Second root")


def test_a_unit_does_not_become_a_root(writer: Writer) -> None:
    north = unit(writer)

    with refused("0x80041d02"):
        writer.change("businessunit", north, parentbusinessunitid=None)


def test_the_root_stays_on_top_enabled_and_there(writer: Writer) -> None:
    root, north = writer.root, unit(writer)

    with writer.undone() as one, refused("0x80041d21"):
        one.change("businessunit", root, parentbusinessunitid=north)
    with refused("0x80041d63"):
        writer.change("businessunit", root, isdisabled=True)
    with refused("0x80041d19"):
        writer.delete("businessunit", root)


def test_the_root_may_be_renamed(writer: Writer) -> None:
    writer.change("businessunit", writer.root, name="Coho Winery", isdisabled=False)

    assert writer.row("businessunit", writer.root)["name"] == "Coho Winery"


def test_a_unit_is_disabled_before_it_is_deleted(writer: Writer) -> None:
    north = unit(writer)

    with refused("0x80041d60", "not disabled"):
        writer.delete("businessunit", north)

    writer.delete("businessunit", closed(writer, north))
    assert not writer.there("businessunit", north)


def test_a_unit_with_others_below_it_stays(writer: Writer) -> None:
    north = unit(writer)
    coast = unit(writer, "Coast", north)
    closed(writer, north)

    with refused("0x80041d61"):
        writer.delete("businessunit", north)

    writer.delete("businessunit", closed(writer, coast))
    writer.delete("businessunit", north)
    assert writer.values("SELECT name FROM businessunit") == ["Contoso Sales"]


@pytest.mark.parametrize("table", ["systemuser", "team"])
def test_a_unit_that_somebody_belongs_to_stays(writer: Writer, table: str) -> None:
    north = unit(writer)
    named = {"lastname": "Hill"} if table == "systemuser" else {"name": "Sales North"}
    writer.create(table, businessunitid=north, **named)

    with refused("0x80040227", status=405):
        writer.delete("businessunit", closed(writer, north))


def test_a_unit_takes_its_copies_of_roles_along_and_nobody_elses(writer: Writer) -> None:
    north, south = unit(writer), unit(writer, "South")
    roles = "SELECT COUNT(*) FROM role WHERE businessunitid = ?"
    held = "SELECT COUNT(*) FROM roleprivileges WHERE roleid NOT IN (SELECT roleid FROM role)"
    count = writer.value(roles, writer.root)
    assert writer.value(roles, north) == count

    writer.delete("businessunit", closed(writer, north))

    assert [writer.value(roles, one) for one in (north, south, writer.root)] == [0, count, count]
    assert writer.value(held) == 0


def test_a_new_unit_has_the_roles_of_the_one_above_with_all_they_hold(writer: Writer) -> None:
    north = unit(writer)
    coast = unit(writer, "Coast", north)
    held = (
        "SELECT r.name || ' ' || p.privilegeid || ' ' || p.privilegedepthmask FROM roleprivileges p "
        "JOIN role r ON r.roleid = p.roleid WHERE r.businessunitid = ? ORDER BY 1"
    )

    assert writer.values(held, coast) == writer.values(held, writer.root)
    above = (
        "SELECT DISTINCT p.businessunitid FROM role r JOIN role p ON p.roleid = r.parentroleid "
        "WHERE r.businessunitid = ?"
    )
    assert writer.values(above, coast) == [north]


def test_who_moves_to_another_unit_leaves_roles_behind_but_stays_in_the_teams(writer: Writer) -> None:
    north = unit(writer)
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)
    role = writer.create("role", name="Storekeeper")
    assign(writer.write, anna, role)
    team = writer.create("team", name="Orchard")
    writer.connection.execute(
        "INSERT INTO teammembership (teammembershipid, teamid, systemuserid) VALUES ('1', ?, ?)", (team, anna)
    )

    writer.change("systemuser", anna, businessunitid=north)

    assert writer.values("SELECT roleid FROM systemuserroles WHERE systemuserid = ?", anna) == []
    assert writer.values("SELECT teamid FROM teammembership WHERE systemuserid = ?", anna) == [team]


def test_who_is_named_in_the_unit_they_are_in_keeps_their_roles(writer: Writer) -> None:
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)
    role = writer.create("role", name="Storekeeper")
    assign(writer.write, anna, role)

    writer.change("systemuser", anna, businessunitid=writer.root, title="Storekeeper")

    assert writer.values("SELECT roleid FROM systemuserroles WHERE systemuserid = ?", anna) == [role]
