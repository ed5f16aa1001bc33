"""How far a privilege reaches: every depth, every verb, every place a row can be in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.security.privileges import Depth
from integration.sandbox.dataverse.security.rights import read_rights
from integration.sandbox.dataverse.security.roles import grant
from integration.sandbox.dataverse.seed.base import assign
from tests.sandbox.dataverse.writer import Writer, organization_in_process, refused, rolled_back

MINE, MY_TEAM, MY_UNIT, BELOW, BESIDE, ABOVE = "mine", "my team's", "my unit's", "below", "beside", "above"
PLACES = (MINE, MY_TEAM, MY_UNIT, BELOW, BESIDE, ABOVE)
REACHED = {
    Depth.BASIC: {MINE, MY_TEAM},
    Depth.LOCAL: {MINE, MY_TEAM, MY_UNIT},
    Depth.DEEP: {MINE, MY_TEAM, MY_UNIT, BELOW},
    Depth.GLOBAL: set(PLACES),
}
VERBS = ("Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share")
depths = pytest.mark.parametrize("depth", list(Depth), ids=lambda one: one.label)


@dataclass
class Firm:
    """Units in three levels, Anna in the middle one, and an account in every place."""

    writer: Writer
    anna: str
    role: str
    owners: dict[str, tuple[str, str]]
    rows: dict[str, str]

    def holds(self, depth: Depth, *names: str) -> Guard:
        grant(self.writer.connection, [self.role], dict.fromkeys(names, depth), anew=True)
        return self.guard()

    def guard(self) -> Guard:
        rights = read_rights(self.writer.connection, self.anna)
        return Guard(rights.user, (rights,))


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organization]:
    made = organization_in_process(tmp_path_factory.mktemp("units"))
    yield made
    made.database.close()


@pytest.fixture
def firm(units: Organization) -> Iterator[Firm]:
    with rolled_back(units) as writer:
        yield laid_out(writer)


def laid_out(writer: Writer) -> Firm:
    below_root = {"parentbusinessunitid": writer.root}
    north = writer.create("businessunit", name="North", **below_root)
    coast = writer.create("businessunit", name="Coast", parentbusinessunitid=north)
    south = writer.create("businessunit", name="South", **below_root)
    anna, ben, cleo, dan, eve = (
        writer.create("systemuser", lastname=name, islicensed=True, businessunitid=unit)
        for name, unit in (("Anna", north), ("Ben", north), ("Cleo", coast), ("Dan", south), ("Eve", writer.root))
    )
    team = writer.create("team", name="Orchard", businessunitid=south)
    join = "INSERT INTO teammembership (teammembershipid, teamid, systemuserid) VALUES ('1', ?, ?)"
    writer.connection.execute(join, (team, anna))
    role = writer.create("role", name="Storekeeper", businessunitid=north)
    assign(writer.write, anna, role)
    user = "systemuser"
    owners = {MINE: (user, anna), MY_TEAM: ("team", team), MY_UNIT: (user, ben), BELOW: (user, cleo),
              BESIDE: (user, dan), ABOVE: (user, eve)}  # fmt: skip
    rows = {place: writer.create("account", name=place, ownerid=owner) for place, owner in owners.items()}
    return Firm(writer, anna, role, owners, rows)


def within(firm: Firm, guard: Guard, verb: str, table: str = "account") -> set[str]:
    """The places of the rows that the condition for this verb lets through."""
    model = firm.writer.organization.model
    reach = guard.within(verb, model, model[table], "r")
    condition, arguments = (reach.condition, reach.arguments) if reach else ("1", ())
    found = firm.writer.connection.execute(f"SELECT r.name FROM {table} r WHERE {condition}", arguments)
    return {name for (name,) in found}


@depths
@pytest.mark.parametrize("verb", VERBS)
def test_a_privilege_reaches_the_rows_of_its_depth(firm: Firm, depth: Depth, verb: str) -> None:
    guard = firm.holds(depth, f"prv{verb}Account")

    assert within(firm, guard, verb) == REACHED[depth]


@depths
def test_a_row_out_of_reach_is_refused_with_its_id_and_one_within_is_not(firm: Firm, depth: Depth) -> None:
    guard = firm.holds(depth, "prvWriteAccount")
    model, connection = firm.writer.organization.model, firm.writer.connection

    for place, row in firm.rows.items():
        if place in REACHED[depth]:
            guard.check_rows("Write", model, connection, model["account"], [row])
        else:
            text = f"does not have WriteAccess right(s) for record with id {row} of entity account"
            with refused("0x80048306", text, status=403):
                guard.check_rows("Write", model, connection, model["account"], [row])


@pytest.mark.parametrize("verb", VERBS)
def test_a_privilege_for_one_verb_is_none_for_another(firm: Firm, verb: str) -> None:
    guard = firm.holds(Depth.GLOBAL, f"prv{verb}Account")

    for other in VERBS:
        if other != verb:
            with refused("0x80040220", f"is missing prv{other}Account privilege", status=403):
                within(firm, guard, other)


def test_one_row_too_far_away_refuses_the_whole_message(firm: Firm) -> None:
    guard = firm.holds(Depth.BASIC, "prvWriteAccount")
    model = firm.writer.organization.model
    changes = {firm.rows[place]: {"telephone1": "0121"} for place in (MINE, BESIDE)}

    with refused("0x80048306", firm.rows[BESIDE], status=403):
        guard.update(firm.writer.write, model["account"], changes)

    assert firm.writer.row("account", firm.rows[MINE])["telephone1"] is None


def test_rows_that_are_not_there_are_no_matter_of_rights(firm: Firm) -> None:
    guard = firm.holds(Depth.BASIC, "prvDeleteAccount")
    model = firm.writer.organization.model
    gone = firm.rows[BESIDE]
    firm.writer.delete("account", gone)

    with refused("0x80040217", status=404):
        guard.delete(firm.writer.write, model["account"], gone)


@depths
def test_a_new_row_belongs_where_the_privilege_to_create_reaches(firm: Firm, depth: Depth) -> None:
    held = ("prvCreateAccount", "prvAssignAccount", "prvReadAccount")
    guard = firm.holds(depth, *held)
    for name, (_, owner) in firm.owners.items():
        kind = firm.owners[name][0]
        if owner != firm.anna:
            give_reading(firm, kind, owner)
        values = {"name": "New", "ownerid": owner, "owneridtype": kind}
        with firm.writer.undone() as writer:
            if name in REACHED[depth]:
                guard.create(writer.write, writer.table("account"), [values])
            else:
                with refused("0x80048306", "does not have CreateAccess", status=403):
                    guard.create(writer.write, writer.table("account"), [values])


def give_reading(firm: Firm, kind: str, owner: str) -> None:
    """A role of their own that reads accounts: without one nobody owns any."""
    writer = firm.writer
    unit = writer.value(f"SELECT businessunitid FROM {kind} WHERE {kind}id = ?", owner)
    role = writer.create("role", name=f"Reader {owner[:8]}", businessunitid=unit)
    grant(writer.connection, [role], {"prvReadAccount": Depth.GLOBAL})
    if kind == "systemuser":
        assign(writer.write, owner, role)
    else:
        writer.connection.execute(
            "INSERT INTO teamroles (teamroleid, teamid, roleid) VALUES (?, ?, ?)", (owner[:8], owner, role)
        )


def test_giving_a_row_away_takes_assign_even_to_somebody_within_reach(firm: Firm) -> None:
    kind, ben = firm.owners[MY_UNIT]
    give_reading(firm, kind, ben)
    model = firm.writer.organization.model
    values = {"ownerid": ben, "owneridtype": "systemuser"}
    guard = firm.holds(Depth.GLOBAL, "prvWriteAccount", "prvCreateAccount", "prvReadAccount")

    with refused("0x80040220", "prvAssignAccount", status=403):
        guard.update(firm.writer.write, model["account"], {firm.rows[MINE]: dict(values)})
    with refused("0x80040220", "prvAssignAccount", status=403):
        guard.create(firm.writer.write, model["account"], [{"name": "New", **values}])

    names = ("prvWriteAccount", "prvCreateAccount", "prvReadAccount", "prvAssignAccount")
    firm.holds(Depth.GLOBAL, *names).update(firm.writer.write, model["account"], {firm.rows[MINE]: dict(values)})
    assert firm.writer.row("account", firm.rows[MINE])["owninguser"] == ben


@pytest.mark.parametrize(
    ("held", "missing"),
    [
        (("prvCreateContact", "prvReadContact", "prvAppendToAccount"), "prvAppendContact"),
        (("prvCreateContact", "prvReadContact", "prvAppendContact"), "prvAppendToAccount"),
        (("prvCreateContact", "prvReadContact", "prvAppendContact", "prvAppendToAccount"), ""),
    ],
)
def test_leading_to_a_row_takes_append_here_and_append_to_there(
    firm: Firm, held: tuple[str, ...], missing: str
) -> None:
    guard = firm.holds(Depth.GLOBAL, *held)
    values = {"lastname": "Hill", "parentcustomerid": firm.rows[MINE], "parentcustomeridtype": "account"}
    table = firm.writer.table("contact")
    if missing:
        with refused("0x80040220", f"is missing {missing} privilege", status=403):
            guard.create(firm.writer.write, table, [values])
    else:
        assert guard.create(firm.writer.write, table, [values])


@depths
def test_leading_to_a_row_reaches_as_far_as_append_to_does(firm: Firm, depth: Depth) -> None:
    grant(firm.writer.connection, [firm.role], dict.fromkeys(("prvWriteContact", "prvAppendContact"), Depth.GLOBAL))
    grant(firm.writer.connection, [firm.role], {"prvAppendToAccount": depth})
    hill = firm.writer.create("contact", lastname="Hill")
    guard, table = firm.guard(), firm.writer.table("contact")

    for place, row in firm.rows.items():
        with firm.writer.undone() as writer:
            values = {"parentcustomerid": row, "parentcustomeridtype": "account"}
            if place in REACHED[depth]:
                guard.update(writer.write, table, {hill: values})
            else:
                with refused("0x80048306", "AppendToAccess", status=403):
                    guard.update(writer.write, table, {hill: values})


def test_a_table_without_owners_has_one_reach(firm: Firm) -> None:
    guard = firm.holds(Depth.BASIC, "prvReadProduct", "prvReadCurrency")
    model = firm.writer.organization.model

    assert guard.within("Read", model, model["pricelevel"], "r") is None
    held = guard.held[0].depths
    assert held["prvReadProduct"] is Depth.GLOBAL


def test_changes_of_the_whole_table_take_the_whole_organization(firm: Firm) -> None:
    table = firm.writer.table("account")
    for depth in Depth:
        guard = firm.holds(depth, "prvReadAccount")
        if depth is Depth.GLOBAL:
            guard.require_everywhere("Read", table)
        else:
            with refused("0x80040220", "prvReadAccount", status=403):
                guard.require_everywhere("Read", table)


def test_who_acts_for_another_reaches_what_both_reach(firm: Firm) -> None:
    wide = firm.holds(Depth.DEEP, "prvReadAccount").held[0]
    _, cleo = firm.owners[BELOW]
    give_reading(firm, "systemuser", cleo)
    role = firm.writer.value("SELECT roleid FROM systemuserroles WHERE systemuserid = ?", cleo)
    grant(firm.writer.connection, [role], {"prvReadAccount": Depth.LOCAL}, anew=True)
    both = Guard(cleo, (read_rights(firm.writer.connection, cleo), wide), firm.anna)

    assert within(firm, both, "Read") == {BELOW}


def test_a_role_of_a_team_counts_for_its_members_with_its_depth(firm: Firm) -> None:
    kind, team = firm.owners[MY_TEAM]
    firm.holds(Depth.BASIC, "prvReadAccount")
    give_reading(firm, kind, team)

    assert within(firm, firm.guard(), "Read") == set(PLACES)
