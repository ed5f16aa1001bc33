"""Account Statistics: what of a customer's figures differs from what Sales shows with the account. Pure.

customer 10000 (figures of Business Central)      account            row of statistics     becomes
there                                             there, not linked  not there             insert, then link
there                                             there, linked      other figures         update
there                                             there, linked      the same              unchanged
deleted                                           there              any                   failed: customer-gone
there                                             deleted            any                   failed: account-gone
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from integration.systems.errors import Problem, RecordProblem
from integration.systems.values import Record, Ref, Value

SOURCE = "customer_statistics"
STATISTICS = "bci_accountstatistics"
LINK = "bci_accountstatisticsid"
CURRENCY = "transactioncurrencyid"
AS_OF = "bci_overdueamountsasof"
NUMBER = "bci_customerno"
TOTAL_SALES = "bci_totalsaleslcy"
OPEN_FIGURES = ("bci_outstandingorderslcy", "bci_shippednotinvoicedlcy", "bci_outstandinginvoiceslcy")
COLUMNS: Mapping[str, str] = {
    "name": "bci_name",
    "no": NUMBER,
    "balance_lcy": "bci_balancelcy",
    "outstanding_orders_lcy": "bci_outstandingorderslcy",
    "shipped_not_invoiced_lcy": "bci_shippednotinvoicedlcy",
    "outstanding_invoices_lcy": "bci_outstandinginvoiceslcy",
    "total_lcy": "bci_totallcy",
    "credit_limit_lcy": "bci_creditlimitlcy",
    "overdue_amounts_lcy": "bci_overdueamountslcy",
    "overdue_as_of": AS_OF,
    "total_sales_lcy": TOTAL_SALES,
    "invoiced_prepayment_lcy": "bci_invoicedprepaymentamountlcy",
}
"""Column of the figures -> column of the row in Sales."""


class CustomerGone(RecordProblem):
    """A coupled customer does not exist any more."""

    code = "customer-gone"


class AccountGone(RecordProblem):
    """A coupled account does not exist any more."""

    code = "account-gone"


class NotCoupled(RecordProblem):
    """Statistics are asked for of a customer without an account."""

    code = "not-coupled"


@dataclass(frozen=True, slots=True)
class LocalCurrency:
    """The currency of Sales that the amounts are in, and its decimals. ``None``: amounts are in its base currency."""

    id: uuid.UUID | None
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """A coupled customer: its figures, its account, and the row of statistics as Sales has it; ``None``: not there."""

    customer_id: uuid.UUID
    account_id: uuid.UUID
    row_id: uuid.UUID
    figures: Record | None
    account: Record | None
    there: Record | None = None

    @property
    def label(self) -> str:
        """What people call the customer, or the account where the customer is gone."""
        if self.figures is not None:
            return f"{self.figures.values['no']} {self.figures.values['name']}".strip()
        return str(self.account.values.get("name") or "") if self.account is not None else ""

    @property
    def is_linked(self) -> bool:
        linked = self.account.values.get(LINK) if self.account is not None else None
        return isinstance(linked, Ref) and linked.id == self.row_id


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for one customer: the columns that differ, a new row, and whether the account is to refer to
    it from now on. Nothing of it: the row is as it should be."""

    subject: Subject
    values: Mapping[str, Value] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def is_new(self) -> bool:
        return self.subject.there is None

    @property
    def links(self) -> bool:
        return self.problem is None and not self.subject.is_linked


def row_id(organization_id: uuid.UUID | None, account_id: uuid.UUID) -> uuid.UUID:
    """The id of the statistics of an account, the same in every run."""
    return uuid.uuid5(organization_id or uuid.NAMESPACE_URL, f"statistics/{account_id}")


def plan(subjects: Sequence[Subject], currency: LocalCurrency, *, dated: bool = False) -> list[Step]:
    """What differs, in the order of the subjects. ``dated``: a new day makes a row another one though all its figures
    are the same; that is for a person who asks, since it would write every row every day."""
    return [_step(subject, currency, dated) for subject in subjects]


def _step(subject: Subject, currency: LocalCurrency, dated: bool) -> Step:
    if subject.figures is None:
        return Step(subject, problem=CustomerGone(_gone(subject, "customer", "Business Central")))
    if subject.account is None:
        return Step(subject, problem=account_gone(subject))
    wanted = values_of(subject.figures, currency)
    if subject.there is None:
        return Step(subject, wanted)
    there = subject.there.values
    differing = {name: value for name, value in wanted.items() if value != there.get(name)}
    return Step(subject, {} if set(differing) == {AS_OF} and not dated else differing)


def values_of(figures: Record, currency: LocalCurrency) -> dict[str, Value]:
    """The columns of the row in Sales. What is blank is left out, 0 is not."""
    values: dict[str, Value] = {}
    for source, column in COLUMNS.items():
        value = figures.values.get(source)
        if isinstance(value, Decimal):
            values[column] = value.quantize(Decimal(1).scaleb(-currency.decimals), ROUND_HALF_UP)
        elif value not in (None, ""):
            values[column] = value
    if currency.id is not None:
        values[CURRENCY] = Ref("transactioncurrency", currency.id)
    return values


def account_gone(subject: Subject) -> Problem:
    """What is wrong with a customer whose account is not there."""
    return AccountGone(_gone(subject, "account", "Dynamics 365 Sales"))


def _gone(subject: Subject, what: str, where: str) -> str:
    named = f"{subject.label}: the" if subject.label else "The"
    return (
        f"{named} {what} does not exist any more in {where}, so there are no statistics. "
        "Delete the coupling, or restore the record."
    )
