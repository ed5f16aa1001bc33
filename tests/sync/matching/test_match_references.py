"""A matched pair whose references have no partners yet: who wins was said, and holds once they can be translated."""

from __future__ import annotations

import uuid

import pytest

from integration.sync.matching.pairs import Criterion
from integration.sync.matching.run import couple_matching
from integration.sync.rules import Direction, Reference, TableRule
from integration.sync.run import Scope
from integration.systems.values import Ref, Side
from tests.makers import CUSTOMER_FIELDS, account, currency_rule, customer_rule, field_rule
from tests.sync.world import TO_CRM, TO_ERP, MemoryJournal, World

CURRENCY = field_rule(
    "currency_code", "transactioncurrencyid", reference=Reference("currency", "transactioncurrency"),
    clear_on_failed=True,
)  # fmt: skip
RULE = customer_rule([*(one for one in CUSTOMER_FIELDS if one.erp_field != "currency_code"), CURRENCY])
ISO = ("CHF", "NOK")


class Matched:
    """Adatum pays in francs here and in crowns there. No currency is coupled."""

    def __init__(self, winner: Side | None, rule: TableRule = RULE) -> None:
        self.world, self.rule = World(), rule
        erp, crm = self.world.erp, self.world.crm
        self.ours = {iso: erp.add("currency", code=iso, iso_code=iso) for iso in ISO}
        self.theirs = {iso: crm.add("transactioncurrency", isocurrencycode=iso, currencyname=iso) for iso in ISO}
        self.adatum = self.world.add_customer("Adatum", currency_code=Ref("currency", self.ours["CHF"]))
        values = account(
            "Adatum",
            ownerid=Ref("systemuser", self.world.jim_user),
            transactioncurrencyid=Ref("transactioncurrency", self.theirs["NOK"]),
        )
        self.there = crm.add("account", **values)
        self.criteria = [Criterion("name", "name")]
        self.match(winner)

    def match(self, winner: Side | None) -> None:
        ends = self.world.erp, self.world.crm, self.world.ledger(self.rule)
        couple_matching(self.rule, self.criteria, *ends, MemoryJournal(), winner=winner)

    def couple(self, *currencies: str) -> None:
        for iso in currencies:
            self.world.couple(currency_rule(), self.ours[iso], self.theirs[iso])

    def failed(self, first: Direction) -> int:
        """How many records fail in both passes."""
        ways = (first, first.back, first)
        return sum(self.world.run(way, self.rule, scope=Scope.EVERYTHING).failed for way in ways)

    def currencies(self) -> tuple[str, str]:
        here = self.world.erp.values("customer", self.adatum)["currency_code"]
        there = self.world.crm.values("account", self.there)["transactioncurrencyid"]
        return _named(self.ours, here), _named(self.theirs, there)


def _named(known: dict[str, uuid.UUID], ref: object) -> str:
    return next((iso for iso, id in known.items() if isinstance(ref, Ref) and ref.id == id), "")


BOTH_WAYS = pytest.mark.parametrize("first", [TO_CRM, TO_ERP])
WINNERS = pytest.mark.parametrize(("winner", "iso"), [(Side.ERP, "CHF"), (Side.CRM, "NOK")])


@BOTH_WAYS
@WINNERS
def test_while_a_reference_of_the_chosen_side_has_no_partner_both_keep_theirs(
    first: Direction, winner: Side, iso: str
) -> None:
    field_rule = Matched(winner)
    assert field_rule.failed(first) == 0
    assert field_rule.currencies() == ("CHF", "NOK")


@BOTH_WAYS
@WINNERS
def test_a_reference_of_the_chosen_side_goes_over_once_it_has_a_partner(
    first: Direction, winner: Side, iso: str
) -> None:
    field_rule = Matched(winner)
    assert field_rule.failed(first) == 0
    field_rule.couple(*ISO)
    assert field_rule.failed(first) == 0
    assert field_rule.currencies() == (iso, iso)


@BOTH_WAYS
@WINNERS
def test_a_reference_of_the_other_side_does_not_win_by_having_a_partner_earlier(
    first: Direction, winner: Side, iso: str
) -> None:
    field_rule = Matched(winner)
    field_rule.couple(*(one for one in ISO if one != iso))
    assert field_rule.failed(first) == 0
    assert field_rule.currencies() == ("CHF", "NOK")
    field_rule.couple(iso)
    assert field_rule.failed(first) == 0
    assert field_rule.currencies() == (iso, iso)


@BOTH_WAYS
def test_where_nobody_said_who_wins_a_person_is_asked_once_both_have_partners(first: Direction) -> None:
    field_rule = Matched(None)
    assert field_rule.failed(first) == 0
    field_rule.couple(*ISO)
    assert field_rule.failed(first) > 0
    assert field_rule.currencies() == ("CHF", "NOK")


@BOTH_WAYS
@WINNERS
def test_references_that_turn_out_to_be_coupled_with_each_other_are_agreed(
    first: Direction, winner: Side, iso: str
) -> None:
    field_rule = Matched(winner)
    field_rule.world.couple(currency_rule(), field_rule.ours["CHF"], field_rule.theirs["NOK"])
    assert field_rule.failed(first) == 0
    assert field_rule.currencies() == ("CHF", "NOK")
