"""POSTEDSALESINV-INV: a posted invoice becomes an invoice of Sales, whole: header, lines, sums, state.

It is made once, in one document. Afterwards only its header follows while it is active there, and of a paid or canceled
one nothing but the state. What Sales made of it is read back: sums that are not those of the paper are a failure of the
invoice, for a person to look at. An invoice that an interrupted run has begun is completed line by line.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from integration.sync.actions import Change, Insert, SideWrite, Update
from integration.sync.memory.ledger import Pair, State
from integration.sync.problems import InvoiceTaken
from integration.sync.record.draft import Draft, ReferenceNotCoupled
from integration.sync.rules import Reference
from integration.sync.special.base import Run, Special
from integration.sync.special.documents.closing import STATE, STATUS, reclosed
from integration.sync.special.documents.invoice_amounts import SalesInvoice, in_sales
from integration.sync.special.documents.invoice_completion import complete_invoice
from integration.sync.special.documents.invoice_lines import INVOICE, LINES_THERE, Paper, Papers
from integration.sync.special.documents.invoice_lists import InvoiceLists
from integration.sync.special.documents.invoice_origins import Origin, Origins
from integration.sync.special.documents.invoice_states import ACTIVE, BILLED, COLUMNS, state_of
from integration.sync.special.documents.invoice_sums import COMPARED, difference, sums_of
from integration.sync.special.documents.settings import CompanySetup, SalesMoney
from integration.sync.special.money.currency import LocalCurrency
from integration.sync.special.owners import OWNER, SALESPEOPLE
from integration.systems.errors import Problem
from integration.systems.filters import OneOf
from integration.systems.refusals import DocumentRefused
from integration.systems.system import every
from integration.systems.values import Document, Record, Ref, Row, Side, Value

CUSTOMERS = Reference("customer", "account")
CURRENCIES = Reference("currency", "transactioncurrency")
NUMBER = "invoicenumber"
SALESPERSON, SHIPMENT_METHOD = "salesperson_code", "shipment_method_code"
READ_HERE = (
    "no", "sell_to_customer_no", "currency_code", SALESPERSON, SHIPMENT_METHOD, "your_reference", "order_id",
    "prices_including_vat", "work_description", "amount", "invoice_discount_amount", *COLUMNS,
)  # fmt: skip


class CustomerDiffers(DocumentRefused):
    """The Sales order that an invoice comes from is for somebody else."""

    code = "customer-differs"


class InvoiceRules(Special):
    """POSTEDSALESINV-INV."""

    changes_daily = True

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.money, self.lists, self.origins = SalesMoney(run), InvoiceLists(run), Origins(run)
        self.papers = Papers(run, CompanySetup(run).write_in_no)
        self.local_currency = LocalCurrency(run)
        self._pairs: Mapping[uuid.UUID, Pair] = {}
        self._papers: dict[uuid.UUID, Paper] = {}
        self._made: dict[uuid.UUID, SalesInvoice] = {}
        self._taken: Mapping[uuid.UUID, Problem] = {}
        self._origins: dict[uuid.UUID, Origin] = {}
        self._accounts: Mapping[uuid.UUID, uuid.UUID] = {}
        self._people: Mapping[uuid.UUID, uuid.UUID] = {}
        self._methods: dict[uuid.UUID, str] = {}

    def columns(self, side: Side) -> Sequence[str]:
        if side is Side.ERP:
            return READ_HERE
        known = self.run.rule.crm.fields
        return [name for name in (STATE, STATUS, *COMPARED, *sums_of(None)) if name in known]

    # --- what a page needs --------------------------------------------------------------------------------

    def prepare(self, records: Sequence[Record]) -> None:
        ids = [record.id for record in records]
        self._pairs = self.run.ledger.pairs(Side.ERP, ids) if ids else {}
        new = [record for record in records if not self._is_there(record.id)]
        papers = self.papers.read([record.id for record in new])
        self._papers |= papers
        self._taken = self._find_taken(new)
        orders = {record.id: _orders(record, papers[record.id]) for record in new}
        self._origins |= self.origins.of(new, orders)
        self._accounts = self._resolved(new, "sell_to_customer_no", CUSTOMERS)
        self._people = self._resolved(records, SALESPERSON, SALESPEOPLE)
        methods = [id for id in _ids(new, SHIPMENT_METHOD) if id not in self._methods]
        if methods:
            there = self.run.erp.get("shipment_method", methods, ["description"])
            self._methods |= {id: str(row.values["description"] or "") for id, row in there.items()}
        self._look_up_lists([record for record in new if record.id not in self._origins])

    def _find_taken(self, records: Sequence[Record]) -> dict[uuid.UUID, Problem]:
        """Invoices of Sales that have the numbers of these new ones and are not theirs."""
        numbers = {str(record.values["no"]): record.id for record in records}
        if not numbers:
            return {}
        found: dict[uuid.UUID, Problem] = {}
        columns = [NUMBER, "name"]
        for row in every(self.run.crm, INVOICE, OneOf(NUMBER, tuple(sorted(numbers))), columns):
            number = str(row.values[NUMBER])
            pair = self._pairs.get(numbers[number]) if number in numbers else None
            if number in numbers and (pair is None or pair.crm_id != row.id):
                called = str(row.values["name"] or number)
                found[numbers[number]] = InvoiceTaken(number, called, INVOICE, row.id)
        return found

    def _is_there(self, id: uuid.UUID) -> bool:
        """Is all of it made? One that an interrupted run has begun is not."""
        pair = self._pairs.get(id)
        return pair is not None and pair.state is State.COUPLED

    def _resolved(self, records: Sequence[Record], name: str, reference: Reference) -> Mapping[uuid.UUID, uuid.UUID]:
        ids = _ids(records, name)
        return self.run.ledger.resolve(reference, Side.ERP, ids) if ids else {}

    def _look_up_lists(self, records: Sequence[Record]) -> None:
        codes = {_code(record): record.values.get("currency_code") for record in records}
        foreign = {ref.id for ref in codes.values() if isinstance(ref, Ref)}
        coupled = self.run.ledger.resolve(CURRENCIES, Side.ERP, foreign) if foreign else {}
        currencies: dict[str, Value] = {}
        for code, ref in codes.items():
            id = coupled.get(ref.id) if isinstance(ref, Ref) else self.local_currency.id()
            if id is not None:
                currencies[code] = Ref(CURRENCIES.crm_table, id)
        self.lists.look_up(currencies)

    def adjusted(self, record: Record) -> Record:
        """An invoice of an order needs no coupled salesperson: it belongs to whom the order belongs to."""
        person = record.values.get(SALESPERSON)
        unknown = isinstance(person, Ref) and person.id not in self._people
        if not unknown or (record.id not in self._origins and not self._is_there(record.id)):
            return record
        return replace(record, values={**record.values, SALESPERSON: None})

    # --- what becomes of an invoice -----------------------------------------------------------------------

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        if not self._is_there(record.id):
            self._complete_new(record, draft)
            return
        if twin is None:
            return  # Asked for its problems alone, without the other side: of one that is there nothing is made.
        if twin.values.get(STATE) != ACTIVE:
            draft.values.clear()
            draft.lacking.clear()
        for name in sums_of(None):
            draft.values.pop(name, None)  # Of a posted invoice they are what they were when it was made.
        draft.extra |= state_of(record)

    def _complete_new(self, record: Record, draft: Draft) -> None:
        paper, origin = self._papers[record.id], self._origins.get(record.id)
        account = self._account(record, origin)
        problem = self._taken.get(record.id) or paper.problem or (account if isinstance(account, Problem) else None)
        if problem is not None or isinstance(account, Problem):
            draft.problem = problem
            return
        made = in_sales(
            paper.posted,
            self.money.pricing(draft.values.get("transactioncurrencyid")),
            prices_including_vat=bool(record.values.get("prices_including_vat")),
        )
        self._made[record.id] = made
        self._write(draft, sums_of(made))
        if not record.values.get("work_description"):
            method = record.values.get(SHIPMENT_METHOD)
            self._write(draft, {"description": self._methods.get(method.id, "") if isinstance(method, Ref) else ""})
        draft.on_insert |= state_of(record)
        draft.on_insert |= self._about(record, origin, account)
        if draft.values.get(OWNER) is not None or draft.on_insert.get(OWNER) is None:
            draft.on_insert.pop(OWNER, None)

    def _write(self, draft: Draft, values: Mapping[str, Value]) -> None:
        """These columns, whatever is mapped to them."""
        for name, value in values.items():
            if name in draft.values:
                draft.values[name] = value
            elif name in self.run.rule.crm.fields:
                draft.extra[name] = value

    def _about(self, record: Record, origin: Origin | None, account: uuid.UUID) -> dict[str, Value]:
        if origin is not None:
            return origin.taken()
        return {
            "name": str(record.values["no"]),
            "customerid": Ref(CUSTOMERS.crm_table, account),
            "pricelevelid": self.lists.of(_code(record)),
        }

    def _account(self, record: Record, origin: Origin | None) -> uuid.UUID | Problem:
        """The account of the customer, who must be the one that ordered."""
        customer = record.values.get("sell_to_customer_no")
        if not isinstance(customer, Ref):
            return DocumentRefused("The invoice has no sell-to customer.")
        account = self._accounts.get(customer.id)
        if account is None:
            words = f"Customer “{customer.label}” is not coupled yet. Couple it first."
            return ReferenceNotCoupled(words, table=CUSTOMERS.erp_table, id=customer.id)
        if origin is not None and origin.account != account:
            ordered = origin.order.values["customerid"]
            called = ordered.label if isinstance(ordered, Ref) and ordered.label else "nobody"
            return CustomerDiffers(
                f"The invoice is for customer {customer.label}, but its Sales order is for “{called}”. Couple the "
                "customer with the account that ordered."
            )
        return account

    # --- writing ------------------------------------------------------------------------------------------

    def before(self) -> None:
        self.lists.make()

    def insert(self, action: Insert, row: Row) -> Row | Document:
        paper, made = self._papers[action.record.id], self._made[action.record.id]
        return Document(row, {LINES_THERE: paper.rows(row.id, made)})

    def finish(self, action: Update, row: Row) -> Row:
        return reclosed(action, row)

    def after(self, done: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        """What an interrupted run left out is added; then the sums are read back."""
        begun = [one for one in done if isinstance(one, Update) and one.completes]
        failures = {one.record.id: wrong for one in begun if (wrong := self._complete(one)) is not None}
        made = [one for one in done if one.record.id in self._made and one.record.id not in failures]
        columns = [name for name in COMPARED if name in self.run.rule.crm.fields]
        there = self.run.crm.get(INVOICE, [one.pair.crm_id for one in made], columns) if made else {}
        for one in made:
            wrong = difference(self._made[one.record.id], there.get(one.pair.crm_id))
            if wrong is not None:
                failures[one.record.id] = wrong
        return failures

    def _complete(self, action: Update) -> Problem | None:
        known, made = self.run.rule.crm.fields, self._made[action.record.id]
        rows = self._papers[action.record.id].rows(action.twin.id, made)
        sums = {name: value for name, value in sums_of(made).items() if name in known}
        return complete_invoice(self.run.crm, action.twin.id, rows, sums)

    def besides(self, planned: Sequence[Insert | Update]) -> Sequence[SideWrite]:
        """The state of an invoice that is completed comes behind its lines, which only an active one takes."""
        return [
            _state_write(one, state_of(one.record))
            for one in planned
            if isinstance(one, Update) and one.completes and state_of(one.record) != BILLED
            and one.twin.values.get(STATE) == ACTIVE
        ]  # fmt: skip


def _state_write(action: Update, state: Mapping[str, Value]) -> SideWrite:
    changes = [Change(name, action.twin.values.get(name), value) for name, value in state.items()]
    pair = action.pair
    return SideWrite(action.record, INVOICE, pair.crm_id, changes, "", pair.erp_id, pair.crm_id, must=True)


def _orders(record: Record, paper: Paper) -> list[uuid.UUID]:
    order = record.values.get("order_id")
    return [order] if isinstance(order, uuid.UUID) else paper.orders


def _code(record: Record) -> str:
    currency = record.values.get("currency_code")
    return currency.label if isinstance(currency, Ref) else ""


def _ids(records: Iterable[Record], name: str) -> set[uuid.UUID]:
    return {ref.id for record in records if isinstance(ref := record.values.get(name), Ref)}
