"""A matching run: couple what belongs together, then let the next synchronization do what was agreed."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from integration.sync.matching.pairs import Criterion
from integration.sync.matching.run import couple_matching, preview
from integration.sync.memory.ledger import Pair, Result, State
from integration.sync.rules import ConflictPolicy, Direction, TableRule
from integration.sync.run import Counters, Scope
from integration.sync.transformations import Transformation
from integration.systems.errors import ConfigurationProblem
from integration.systems.values import Ref, Side
from tests.makers import CUSTOMER_FIELDS, account, customer_rule, field_rule, firms
from tests.sync.entity_rules.cronus import Cronus, standard
from tests.sync.world import TO_CRM, TO_ERP, MemoryJournal, World

CRITERIA = [Criterion("name", "name"), Criterion("post_code", "address1_postalcode")]
NUMBER = [Criterion("no", "description")]


@pytest.fixture
def world() -> World:
    return World()


def match(world: World, criteria: list[Criterion] = CRITERIA, rule: TableRule | None = None, **more: Any) -> Counters:
    rule = rule or customer_rule()
    world.journal = MemoryJournal()
    return couple_matching(rule, criteria, world.erp, world.crm, world.ledger(rule), world.journal, **more)


def coupled(world: World) -> dict[uuid.UUID, uuid.UUID]:
    rows = world.ledger(customer_rule()).rows.values()
    return {pair.erp_id: pair.crm_id for pair in rows if pair.state is State.COUPLED}


def make_account(world: World, name: str, **values: Any) -> uuid.UUID:
    return world.crm.add("account", **account(name, ownerid=Ref("systemuser", world.jim_user), **values))


def test_the_same_firm_on_both_sides_is_coupled_and_nothing_is_written_yet(world: World) -> None:
    adatum, there = world.add_customer("Adatum"), make_account(world, "Adatum")
    assert match(world) == Counters(coupled=1)
    assert coupled(world) == {adatum: there}
    assert world.crm.calls["update"] == world.erp.calls["update"] == 0


def test_a_customer_without_a_counterpart_counts_as_failed_with_the_reason(world: World) -> None:
    world.add_customer("Adatum")
    assert match(world) == Counters(failed=1)
    [failure] = world.journal.failures
    assert (failure.code, failure.crm_id) == ("no-match", None)


def test_a_customer_without_a_counterpart_is_no_failure_where_it_is_going_to_be_created(world: World) -> None:
    adatum = world.add_customer("Adatum")
    assert match(world, create_unmatched=True) == Counters()
    assert world.run(TO_CRM, create=True) == Counters(inserted=1)
    assert world.account_of(adatum).values["name"] == "Adatum"


def test_an_ambiguous_customer_fails_with_the_candidates_and_nobody_creates_a_third(world: World) -> None:
    adatum = world.add_customer("Adatum")
    candidates = [make_account(world, "Adatum") for _ in range(2)]
    assert match(world, create_unmatched=True) == Counters(failed=1)
    [failure] = world.journal.failures
    assert failure.code == "ambiguous-match"
    assert all(str(id) in failure.message for id in candidates)
    assert world.run(TO_CRM, scope=Scope.EVERYTHING, create=True) == Counters(skipped=1)
    assert len(world.crm.ids("account")) == 2
    assert world.pair(adatum).to_crm.result is Result.SKIPPED


def test_a_customer_that_was_ambiguous_is_coupled_when_the_other_candidate_is_gone(world: World) -> None:
    adatum = world.add_customer("Adatum")
    one, other = (make_account(world, "Adatum") for _ in range(2))
    match(world)
    world.crm.remove("account", other)
    assert match(world) == Counters(coupled=1)
    assert coupled(world) == {adatum: one}


def test_what_is_coupled_already_is_neither_matched_again_nor_a_candidate(world: World) -> None:
    adatum, taken = world.add_customer("Adatum"), make_account(world, "Adatum")
    world.couple(customer_rule(), adatum, taken)
    second = world.add_customer("Adatum")
    assert match(world) == Counters(failed=1)
    assert coupled(world) == {adatum: taken}
    assert world.journal.failures[0].erp_id == second


def test_what_only_failed_before_is_free_to_be_matched(world: World) -> None:
    adatum, there = world.add_customer("Adatum"), make_account(world, "Adatum")
    world.ledger(customer_rule()).remember([Pair(adatum, uuid.uuid4())])
    assert match(world) == Counters(coupled=1)
    assert coupled(world) == {adatum: there}


def test_rows_outside_the_filters_are_no_candidates(world: World) -> None:
    world.add_customer("Adatum")
    make_account(world, "Adatum", statecode=1)
    assert match(world) == Counters(failed=1)


def test_only_the_chosen_customers_are_matched(world: World) -> None:
    adatum, fabrikam = world.add_customer("Adatum"), world.add_customer("Fabrikam")
    for name in ("Adatum", "Fabrikam"):
        make_account(world, name)
    assert match(world, ids=[fabrikam]) == Counters(coupled=1)
    assert set(coupled(world)) == {fabrikam}
    assert adatum not in coupled(world)


def test_without_criteria_nothing_is_matched_and_the_mapping_is_named(world: World) -> None:
    with pytest.raises(ConfigurationProblem, match="CUSTOMER has no matching criteria"):
        match(world, criteria=[])


def test_a_preview_says_what_would_be_coupled_and_couples_nothing(world: World) -> None:
    adatum, there = world.add_customer("Adatum"), make_account(world, "Adatum")
    ledger = world.ledger(customer_rule())
    assert preview(customer_rule(), CRITERIA, world.erp, world.crm, ledger).pairs == {adatum: there}
    assert ledger.rows == {}


def test_more_customers_than_one_request_takes_are_coupled(world: World) -> None:
    names = firms(1100)
    for name in names:
        world.add_customer(name)
        make_account(world, name)
    assert match(world) == Counters(coupled=1100)


# --- compared is what would be transferred ------------------------------------------------------------------------


def prefixed(direction: Direction = Direction.BOTH, way: Direction = Direction.BOTH) -> TableRule:
    """Sales writes “BC-” before the numbers of Business Central."""
    step = Transformation("prefix", way, {"text": "BC-"})
    return customer_rule([*CUSTOMER_FIELDS, field_rule("no", "description", direction, transformations=(step,))])


@pytest.mark.parametrize("direction", [TO_CRM, TO_ERP, Direction.BOTH])
def test_a_transformed_field_matches_what_it_would_become_whichever_way_it_goes(
    world: World, direction: Direction
) -> None:
    adatum, there = world.add_customer("Adatum", no="C10"), make_account(world, "A. Datum", description="BC-c10")
    make_account(world, "C10", description="BC-C11")
    assert match(world, NUMBER, prefixed(direction)) == Counters(coupled=1)
    assert coupled(world) == {adatum: there}


def test_a_field_transformed_on_its_way_to_business_central_only_is_compared_as_it_would_arrive_there(
    world: World,
) -> None:
    upper = Transformation("replace", TO_ERP, {"find": "Ltd.", "instead": "Limited"})
    fields = [
        field_rule("name", "name", transformations=(upper,)),
        *(one for one in CUSTOMER_FIELDS if one.erp_field != "name"),
    ]
    adatum, there = world.add_customer("Adatum Limited"), make_account(world, "Adatum Ltd.")
    assert match(world, [Criterion("name", "name")], customer_rule(fields)) == Counters(coupled=1)
    assert coupled(world) == {adatum: there}


def test_an_option_matches_the_option_of_the_same_name_whatever_its_number(world: World) -> None:
    fields = [*CUSTOMER_FIELDS, field_rule("blocked", "statecode", transformations=(
        Transformation("lookup", Direction.BOTH, {"table": "All = Inactive\n = Active"}),
    ))]  # fmt: skip
    adatum, there = world.add_customer("Adatum"), make_account(world, "Adatum")
    chosen = [Criterion("name", "name"), Criterion("blocked", "statecode")]
    assert match(world, chosen, customer_rule(fields)) == Counters(coupled=1)
    assert coupled(world) == {adatum: there}


def test_a_reference_matches_the_record_it_is_coupled_with(world: World) -> None:
    adatum = world.add_customer("Adatum")
    stranger = world.crm.add("systemuser", fullname="Otis Falls", isdisabled=False)
    there = make_account(world, "Adatum")
    world.crm.add("account", **account("Adatum", ownerid=Ref("systemuser", stranger)))
    chosen = [Criterion("name", "name"), Criterion("salesperson_code", "ownerid")]
    assert match(world, chosen) == Counters(coupled=1)
    assert coupled(world) == {adatum: there}


def test_a_value_that_could_not_be_transferred_matches_nothing(world: World) -> None:
    long = prefixed(TO_CRM, TO_CRM)
    narrow = replace(long.crm.fields["description"], max_length=5)
    rule = replace(long, crm=replace(long.crm, fields={**long.crm.fields, "description": narrow}))
    world.add_customer("Adatum", no="C1000")
    make_account(world, "Adatum", description="BC-C1000")
    assert match(world, NUMBER, rule) == Counters(failed=1)


def test_the_synchronization_behind_a_transformed_match_leaves_the_transformed_field_alone(world: World) -> None:
    rule = prefixed()
    adatum, there = world.add_customer("Adatum", no="C10"), make_account(world, "Adatum", description="BC-C10")
    match(world, NUMBER, rule)
    world.both(rule, scope=Scope.EVERYTHING)
    assert world.crm.values("account", there)["description"] == "BC-C10"
    assert world.erp.values("customer", adatum)["no"] == "C10"


# --- the synchronization afterwards -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "chosen", "winner"),
    [
        (ConflictPolicy.NONE, Side.ERP, "030 1"),
        (ConflictPolicy.NONE, Side.CRM, "030 2"),
        (ConflictPolicy.GET, Side.ERP, "030 1"),
        (ConflictPolicy.SEND, None, "030 1"),
        (ConflictPolicy.GET, None, "030 2"),
    ],
)
def test_where_both_differ_the_side_chosen_for_the_matching_wins_else_the_policy(
    world: World, policy: ConflictPolicy, chosen: Side | None, winner: str
) -> None:
    rule = customer_rule(conflict=policy)
    adatum, there = world.add_customer("Adatum"), make_account(world, "Adatum")
    world.erp.edit("customer", adatum, phone_no="030 1")
    world.crm.edit("account", there, telephone1="030 2")
    match(world, rule=rule, winner=chosen)
    first = world.both(rule, scope=Scope.EVERYTHING)
    assert sum(counters.failed for counters in first) == 0
    assert (
        world.erp.values("customer", adatum)["phone_no"] == world.crm.values("account", there)["telephone1"] == winner
    )


def test_where_both_differ_and_nobody_said_who_wins_it_is_a_conflict_and_both_keep_their_values(world: World) -> None:
    adatum, there = world.add_customer("Adatum"), make_account(world, "Adatum")
    world.erp.edit("customer", adatum, phone_no="030 1")
    world.crm.edit("account", there, telephone1="030 2")
    match(world)
    assert [counters.failed for counters in world.both(scope=Scope.EVERYTHING)] == [1, 1]
    assert world.journal.failures[0].code == "conflict"
    kept = world.erp.values("customer", adatum)["phone_no"], world.crm.values("account", there)["telephone1"]
    assert kept == ("030 1", "030 2")


def test_a_filled_field_wins_over_a_blank_one_on_either_side(world: World) -> None:
    adatum, there = world.add_customer("Adatum"), make_account(world, "Adatum")
    world.erp.edit("customer", adatum, e_mail="", phone_no="030 1")
    world.crm.edit("account", there, emailaddress1="info@adatum.example", telephone1="")
    match(world)
    world.both(scope=Scope.EVERYTHING)
    assert world.erp.values("customer", adatum)["e_mail"] == "info@adatum.example"
    assert world.crm.values("account", there)["telephone1"] == "030 1"


def test_nothing_is_doubled_by_matching_and_synchronizing_everything_twice(world: World) -> None:
    for name in ("Adatum", "Fabrikam", "Coho Winery"):
        world.add_customer(name)
    for name in ("Coho Winery", "Fabrikam", "Litware"):
        make_account(world, name)
    for _ in range(2):
        match(world, create_unmatched=True)
        for direction in (TO_CRM, TO_ERP):
            world.run(direction, scope=Scope.EVERYTHING, create=True)
        assert len(world.crm.ids("account")) == len(world.erp.ids("customer")) == 4
    assert len(coupled(world)) == 4


PEOPLE = [Criterion("e_mail", "emailaddress1", 1), Criterion("name", "fullname", 2)]


def test_people_of_one_name_are_coupled_only_within_their_firm() -> None:
    cronus = Cronus()
    adatum, fabrikam = cronus.customer("Adatum", "C10"), cronus.customer("Fabrikam", "C20")
    accounts = dict(zip((adatum, fabrikam), cronus.make("CUSTOMER", adatum, fabrikam), strict=True))
    ours = cronus.person(adatum, "Anna Lidman")
    strangers = {"fullname": "Anna Lidman", "firstname": "Anna", "lastname": "Lidman", "statecode": 0}
    cronus.crm.add("contact", parentcustomerid=Ref("account", accounts[fabrikam]), **strangers)
    rule = standard("CONTACT")
    assert match(cronus, PEOPLE, rule) == Counters(failed=1)
    right = cronus.crm.add("contact", parentcustomerid=Ref("account", accounts[adatum]), **strangers)
    assert match(cronus, PEOPLE, rule) == Counters(coupled=1)
    assert cronus.ledger(rule).rows[ours].crm_id == right


def test_people_with_the_same_mail_address_are_coupled_whatever_their_firm() -> None:
    cronus = Cronus()
    adatum = cronus.customer("Adatum", "C10")
    cronus.make("CUSTOMER", adatum)
    ours = cronus.person(adatum, "Anna Lidman", e_mail="anna@adatum.example")
    there = cronus.crm.add(
        "contact", fullname="A. Lidman", lastname="Lidman", emailaddress1="ANNA@adatum.example", statecode=0,
        parentcustomerid=Ref("account", cronus.account("Wingtip Toys")),
    )  # fmt: skip
    assert match(cronus, PEOPLE, standard("CONTACT")) == Counters(coupled=1)
    assert cronus.ledger(standard("CONTACT")).rows[ours].crm_id == there
