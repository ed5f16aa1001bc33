"""An order or a quote of Sales as a document of Business Central, or everything that is wrong with it. Pure: from what
was read to what is to be written."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from integration.business_central.amounts import rounded
from integration.documents.addresses import addresses
from integration.documents.blocked import Blocked, blocked_customers, blocked_goods
from integration.documents.known import Known, Money
from integration.documents.lines import (
    HEADER_TABLE,
    HUNDRED,
    LINE_TABLE,
    NOTE_TABLE,
    ONE,
    ZERO,
    PlannedLines,
    closing_comments,
    plan_lines,
)
from integration.documents.problems import (
    AccountNotCoupled,
    AccountNotCustomer,
    CurrencyNotCoupled,
    CurrencyUnknown,
    NoCustomer,
    OrderExists,
    TotalsDiffer,
    together,
)
from integration.documents.sources import CUSTOMER_TYPE, ORDER, SalesDocument, day, integer, number, reference, text
from integration.documents.texts import comment_lines, cut
from integration.sync.memory.ledger import Wait
from integration.sync.record.transfer import ReferenceNotCoupled
from integration.sync.special.documents.note_text import plain_text
from integration.systems.errors import RecordProblem
from integration.systems.refusals import DiscountRefused
from integration.systems.text import length, storable
from integration.systems.values import Document, Record, Ref, Row, Side, Value

REFERENCE_LENGTH = NUMBER_LENGTH = 35
DOMESTIC_STEP = Decimal("0.01")
OPTIONS = {
    "shipping_agent_code": ("shippingmethodcode", "account.address1_shippingmethodcode"),
    "payment_terms_code": ("paymenttermscode", "account.paymenttermscode"),
    "shipment_method_code": ("freighttermscode", "account.address1_freighttermscode"),
}
"""Column of the document -> option column of the order, and the one whose coupling translates it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one document of Sales. ``document`` is ``None`` where ``problem`` says why not; ``waits`` are the
    records whose coupling would change that, ``records`` those of Business Central that are in the way. ``amount``:
    what it comes to without VAT; ``difference``: what Sales shows more, where prices included VAT."""

    source: SalesDocument
    document: Document | None = None
    problem: RecordProblem | None = None
    waits: frozenset[Wait] = frozenset()
    records: Sequence[Ref] = ()
    amount: Decimal = ZERO
    difference: Decimal = ZERO

    @property
    def code(self) -> str:
        """That of the problem; blank where there is none."""
        return self.problem.code if self.problem is not None else ""


@dataclass(slots=True)
class _Work:
    """A plan in the making."""

    source: SalesDocument
    id: uuid.UUID
    known: Known
    cleared: Collection[str] = ()
    problems: list[RecordProblem] = field(default_factory=list)
    records: list[Ref] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)

    def refuse(self, blocked: Iterable[Blocked]) -> None:
        for one in blocked:
            self.problems.append(one.problem)
            self.records.append(one.record)


def plan(
    source: SalesDocument,
    id: uuid.UUID,
    known: Known,
    *,
    another: bool = False,
    by_formula: bool = False,
    cleared: Collection[str] = (),
) -> Plan:
    """What this order or quote becomes under this id. ``another``: also where a document refers to it already.
    ``by_formula``: the discount is worked out anew, since the totals in Sales are ours by now. ``cleared``: the parties
    whose address is the customer's again where Sales has none, though the document has another. In the order of
    refusals: exists, customer, currency, write-in, products, units, freight account, discounts, totals."""
    work = _Work(source, id, known, cleared)
    if not another and source.number in known.existing:
        work.problems.append(_exists(source, known.existing[source.number]))
    customer = _customer(work)
    payer = _payer(customer, known)
    work.refuse(blocked_customers(known, customer, payer))
    money = _money(work)
    step = money.step if money else DOMESTIC_STEP
    vat_group = reference(payer, "vat_bus_posting_group") if payer is not None else None
    lines = plan_lines(source, id, known, vat_group.id if vat_group else None, step)
    work.problems += lines.problems
    work.refuse(blocked_goods(source, known))
    amount = difference = ZERO
    if not lines.problems:
        amount, difference = _discount(work, lines, step, by_formula=by_formula)
    if work.problems or customer is None:
        return _refused(work)
    return Plan(
        source, _document(work, customer, payer or customer, money, lines), amount=amount, difference=difference
    )


def _refused(work: _Work) -> Plan:
    missing = [one for one in work.problems if isinstance(one, ReferenceNotCoupled)]
    waits = frozenset(Wait(Side.ERP, one.table, one.id) for one in missing)
    return Plan(work.source, problem=together(work.problems), waits=waits, records=work.records)


def _exists(source: SalesDocument, there: str) -> RecordProblem:
    return OrderExists(
        f"{there} already refers to {source.named[0].lower()}{source.named[1:]}. Couple the two, or create another one."
    )


# --- who buys, and in which currency --------------------------------------------------------------------------------


def _customer(work: _Work) -> Record | None:
    """The customer coupled with the account, that of the contact where a person buys."""
    known, buyer = work.known, reference(work.source.header, "customerid")
    account = buyer
    if buyer is not None and buyer.table == "contact":
        contact = known.contacts.get(buyer.id)
        account = reference(contact, "parentcustomerid") if contact is not None else None
        account = account if account is not None and account.table == "account" else None
    if account is None:
        work.problems.append(
            NoCustomer(f"{work.source.named} has no account, or its contact has none. Choose one in Sales.")
        )
        return None
    row = known.accounts.get(account.id)
    called = account.label or (text(row, "name") if row is not None else "") or str(account.id)
    if account is buyer and row is not None and integer(row, "customertypecode") != CUSTOMER_TYPE:
        work.problems.append(
            AccountNotCustomer(f"Account “{called}” is not of relationship type Customer. Change it in Sales.")
        )
    customer = known.customers.get(account.id)
    if customer is None:
        message = f"Account “{called}” is not coupled with a customer. Create the customer, or couple it with one."
        work.problems.append(AccountNotCoupled(message, table="account", id=account.id))
    return customer


def _payer(customer: Record | None, known: Known) -> Record | None:
    """Who pays: the bill-to customer where there is one."""
    payer = reference(customer, "bill_to_customer_no") if customer is not None else None
    return known.payers.get(payer.id, customer) if payer is not None else customer


def _money(work: _Work) -> Money | None:
    currency = reference(work.source.header, "transactioncurrencyid")
    if currency is None:
        return Money(None)
    money = work.known.money.get(currency.id)
    if money is None:
        code = work.known.currency_codes.get(currency.id, currency.label or str(currency.id))
        work.problems.append(_no_currency(code, currency, code in work.known.iso_codes))
    return money


def _no_currency(code: str, currency: Ref, is_there: bool) -> RecordProblem:
    if is_there:
        message = f"Currency {code} is not coupled. Couple it first."
        return CurrencyNotCoupled(message, table="transactioncurrency", id=currency.id)
    return CurrencyUnknown(f"Business Central has no currency {code}. Add it, then synchronize currencies.")


# --- what it comes to -----------------------------------------------------------------------------------------------


def _discount(work: _Work, lines: PlannedLines, step: Decimal, *, by_formula: bool) -> tuple[Decimal, Decimal]:
    """Give the document its discount; answers what it comes to without VAT, and what Sales shows more."""
    header = work.source.header
    net = lines.net
    by_columns = number(header, "discountamount") + rounded(net * number(header, "discountpercentage") / HUNDRED, step)
    shown = number(header, "totalamountlessfreight")
    discount = by_columns if by_formula else net - shown
    given = rounded(discount, step)
    includes_vat = any(line.includes_vat for line in lines.sold)
    if includes_vat and net:
        given = rounded(discount * lines.line_amount / net, step)
    amount = lines.line_amount - given + lines.freight
    difference = net - discount + number(header, "freightamount") - amount
    if abs(discount - by_columns) > step:
        made = rounded(net - by_columns + lines.freight, step)
        work.problems.append(_totals_differ(work.source, made, shown + number(header, "freightamount"), step))
    elif (not includes_vat and difference) or not _near(lines, step):
        work.problems.append(_totals_differ(work.source, amount, amount + difference, step))
    elif given < 0 or given > max(lines.discountable, ZERO):
        work.problems.append(_too_much(work.source, given, lines))
    work.values["invoice_discount_value"] = given
    return amount, difference


def _near(lines: PlannedLines, step: Decimal) -> bool:
    """Is each line whose price included VAT what Sales shows for it, but for what rounding makes?"""
    return all(
        abs(line.line_amount * (ONE + line.rate / HUNDRED) - line.net)
        <= abs(line.priced.quantity) * Decimal("0.00001") + 2 * step
        for line in lines.sold
        if line.includes_vat
    )


def _totals_differ(source: SalesDocument, amount: Decimal, shown: Decimal, step: Decimal) -> RecordProblem:
    if rounded(shown, step) == shown:
        shown = rounded(shown, step)
    return TotalsDiffer(
        f"Business Central makes {amount} of {source.named[0].lower()}{source.named[1:]}, Sales shows {shown} (without "
        "tax). Look at its lines and discounts in Sales."
    )


def _too_much(source: SalesDocument, discount: Decimal, lines: PlannedLines) -> RecordProblem:
    named = f"{source.named[0].lower()}{source.named[1:]}"
    if discount < 0 or discount > max(lines.line_amount, ZERO):
        return DiscountRefused(f"The discount of {named} is not between 0 and 100%. Change it in Sales.")
    return DiscountRefused(
        f"The discount of {named}, {discount}, is more than the lines that allow an invoice discount come to "
        f"({lines.discountable}). Lower it in Sales, or let more items allow it."
    )


# --- the document ---------------------------------------------------------------------------------------------------


def _document(work: _Work, customer: Record, payer: Record, money: Money | None, lines: PlannedLines) -> Document:
    source, header, id = work.source, work.source.header, work.id
    quote = reference(header, "quoteid")
    name = storable(text(header, "name")).strip()
    values: dict[str, Value] = {
        "document_type": source.source.document_type,
        "sell_to_customer_no": Ref("customer", customer.id),
        "your_reference": cut(source.number, REFERENCE_LENGTH),
        "external_document_no": cut(name, NUMBER_LENGTH),
        "currency_code": money.currency if money else None,
        "prices_including_vat": False,
        "requested_delivery_date": day(header, "requestdeliveryby"),
        "work_description": storable(text(header, "description")),
        "quote_no": work.known.quotes.get(quote.id, "") if quote is not None else "",
        **work.values,
        **addresses(header, work.known, {"bill_to": payer, "ship_to": customer}, work.cleared),
        **_options(header, work.known),
    }
    rows = list(lines.rows)
    if length(name) > NUMBER_LENGTH:
        rows += closing_comments(id, lines, "name", comment_lines(name))
    return Document(Row(id, values), {LINE_TABLE: rows, NOTE_TABLE: _notes(source, id)})


def _options(header: Record, known: Known) -> Mapping[str, Value]:
    """Terms, shipment method and shipping agent where the option of Sales stands for one."""
    found: dict[str, Value] = {}
    for column, (option_column, coupled) in OPTIONS.items():
        option = integer(header, option_column)
        row = known.options.get((coupled, option)) if option is not None else None
        if row is not None:
            found[column] = row
    return found


def _notes(source: SalesDocument, id: uuid.UUID) -> list[Row]:
    """Notes of an order are the same on both sides. Those of a quote have ids of their own: they go on with the order
    that it becomes, and come to its Sales order as new ones."""
    ids = {note.id: note.id if source.source is ORDER else uuid.uuid5(id, f"note/{note.id}") for note in source.notes}
    notes = ((ids[note.id], plain_text(text(note, "notetext"))) for note in source.notes)
    return [Row(note, {"record_table": HEADER_TABLE, "record_id": id, "text": words}) for note, words in notes if words]
