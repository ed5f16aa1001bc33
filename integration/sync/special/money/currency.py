"""Currencies go by ISO code only; the ERP's own currency is a blank code there and a row like any other in Sales."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integration.sync.actions import Insert, Update
from integration.sync.matching.pairs import by_name
from integration.sync.record.transfer import Draft, ResolvedIds
from integration.sync.rules import Context, Direction, Reference
from integration.sync.special.base import Exclusion, Run, Special
from integration.sync.special.fixed import FieldFixed, hold_back
from integration.sync.special.money.rates import TABLE, Rates
from integration.systems.errors import Problem, Refused
from integration.systems.filters import Comparison, OneOf
from integration.systems.system import every
from integration.systems.values import Record, Row, Side, Value

CURRENCY = "currency"
ITSELF = Reference(CURRENCY, TABLE)
SMALLEST = "amount_rounding_precision"
MOST_DECIMALS = 4
"""Dataverse takes no more."""


def stable_id(context: Context, name: str) -> uuid.UUID:
    """The id of a row that this company keeps in its organization: the same on every machine and in every run."""
    return uuid.uuid5(context.organization_id or uuid.NAMESPACE_URL, f"{context.company}/{name}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A currency that stands for an ISO code. ``coupled``: it already has the row of that code in Sales."""

    id: uuid.UUID
    code: str
    iso: str
    coupled: bool = False


def holders(claims: Iterable[Claim]) -> dict[str, Claim]:
    """ISO code -> the one currency that has the row of that code in Sales: the one that is coupled already, else the
    one whose own code it is, else the first by code. Pure."""
    found: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda one: (not one.coupled, one.code != one.iso, one.code, one.id)):
        found.setdefault(claim.iso, claim)
    return found


class CurrencyRules(Special):
    """CURRENCY: to Sales, found by ISO code, with the rate of today.

    Rates count in the base currency of Sales. When that one's own rate changes, all others are looked at too, and the
    local currency, which is no currency here, gets its new rate besides.
    """

    takes_over = True

    without_match = "There is no currency with this ISO code on the other side."

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.rates = Rates(run)
        self._holders: dict[str, Claim] = {}
        self._concerned: set[uuid.UUID] = set()

    def columns(self, side: Side) -> Sequence[str]:
        if side is Side.ERP:
            smallest = (SMALLEST,) if SMALLEST in self.run.rule.erp.fields else ()
            return ("code", "iso_code", "symbol", "exchange_rate", *smallest)
        return ("isocurrencycode", "exchangerate")

    def leave_out(self, record: Record) -> str | None:
        return None if record.values.get("iso_code") else "The currency has no ISO code."

    def prepare(self, records: Sequence[Record]) -> None:
        there = list(every(self.run.erp, CURRENCY, fields=["code", "iso_code"]))
        coupled = self.run.ledger.resolve(ITSELF, Side.ERP, [row.id for row in there]) if there else {}
        rows = self.run.crm.get(TABLE, list(coupled.values()), ["isocurrencycode"]) if coupled else {}
        holding = {id: rows[twin].values.get("isocurrencycode") for id, twin in coupled.items() if twin in rows}
        self._holders = holders(
            Claim(row.id, str(row.values["code"]), iso, holding.get(row.id) == iso)
            for row in there
            if (iso := str(row.values.get("iso_code") or ""))
        )
        if any(self._is_base(record) for record in records):
            self._concerned |= coupled.keys() - {record.id for record in records}

    def _is_base(self, record: Record) -> bool:
        return bool(self.rates.base_code) and record.values.get("iso_code") == self.rates.base_code

    def concerned(self) -> set[uuid.UUID]:
        collected, self._concerned = self._concerned, set()
        return collected

    def always_looks(self, record: Record) -> bool:
        return self.looks_at_all or self._is_base(record)

    def exclude(self, record: Record) -> Exclusion | None:
        holder = self._holders.get(str(record.values.get("iso_code")))
        if holder is None or holder.id == record.id:
            return None
        return Exclusion(
            f"Currency {holder.code} has the ISO code {holder.iso} too, and only one currency of Dynamics 365 Sales "
            "can have it."
        )

    def heirs(self, twins: Sequence[Record]) -> Mapping[uuid.UUID, uuid.UUID]:
        there = list(every(self.run.erp, CURRENCY, fields=["code", "iso_code"]))
        first = holders(Claim(r.id, str(r.values["code"]), str(r.values.get("iso_code") or "")) for r in there)
        codes = {twin.id: str(twin.values.get("isocurrencycode") or "") for twin in twins}
        return {id: first[code].id for id, code in codes.items() if code and code in first}

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        code = str(record.values["iso_code"])
        rate = record.values.get("exchange_rate")
        if not isinstance(rate, Decimal) or rate <= 0:
            draft.problem = Refused(f"Currency {code} has no exchange rate for today. Enter one first.")
            return
        draft.values["isocurrencycode"] = code
        draft.values["currencysymbol"] = record.values.get("symbol") or code
        draft.extra["exchangerate"] = self.rates.of(rate)
        draft.on_insert["currencyprecision"] = self._decimals(record)
        stays = str(twin.values.get("isocurrencycode") or "") if twin is not None else code
        if stays != code:
            # The rate is that of the new code: it would make the amounts in the old one wrong.
            hold_back(draft, self._fixed(record, stays, code), "isocurrencycode", "exchangerate")

    def _decimals(self, record: Record) -> int:
        """How many a new currency gets: as many as its smallest unit has, so that both round the same (yen 0, Kuwaiti
        dinar 3)."""
        smallest = record.values.get(SMALLEST)
        if not isinstance(smallest, Decimal) or smallest <= 0:
            return self.rates.precision
        return min(max(-int(smallest.normalize().as_tuple().exponent), 0), MOST_DECIMALS)

    def _fixed(self, record: Record, stays: str, code: str) -> FieldFixed:
        return FieldFixed(
            f"The ISO Code of a currency cannot be changed in Dynamics 365 Sales: it stays {stays}, and is {code} "
            f"here. Change it back to {stays}, or delete the coupling of currency {record.values['code']}: the next "
            f"run then finds or makes the currency {code}."
        )

    def candidates(self, records: Sequence[Record]) -> Mapping[uuid.UUID, Sequence[Record]]:
        codes = {record.id: str(record.values["iso_code"]) for record in records}
        columns = sorted({*self.run.rule.columns(Side.CRM), *self.columns(Side.CRM)})
        there = every(self.run.crm, TABLE, OneOf("isocurrencycode", tuple(codes.values())), columns)
        return by_name(codes, there, "isocurrencycode")

    def after(self, done: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        followed = [action.record.id for action in done if self._is_base(action.record)]
        problem = LocalCurrency(self.run).follow() if followed else None
        return {followed[0]: problem} if problem is not None else {}


class LocalCurrency:
    """The Sales row of the ERP's local currency, looked up when a run first needs it and made where it is missing."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rates = Rates(run)
        self._id: uuid.UUID | None = None

    def id(self) -> uuid.UUID | None:
        """The row's id; ``None`` where the company has no local currency code, or in a dry run that would make it."""
        if self._id is None and self.run.context.local_currency:
            self._id = self._find() or self._make()
        return self._id

    def add_to(self, resolved: ResolvedIds, direction: Direction) -> None:
        """Say what a blank currency becomes in Sales, or which Sales currency becomes blank."""
        local = self.id()
        if local is None:
            return
        if direction is Direction.TO_CRM:
            resolved[None] = local
        else:
            resolved[local] = None

    def follow(self) -> Problem | None:
        """Give the row the rate that follows from the base currency; where it is not there, nothing has to be done."""
        id = self._find()
        row = self.run.crm.get(TABLE, [id], ["exchangerate"]).get(id) if id else None
        rate = self.rates.of(Decimal(1))
        if row is None or row.values.get("exchangerate") == rate:
            return None
        return self.run.crm.update(TABLE, [Row(row.id, {"exchangerate": rate})])[0].error

    def _find(self) -> uuid.UUID | None:
        code = self.run.context.local_currency
        page = self.run.crm.find(TABLE, Comparison("isocurrencycode", "=", code), ["isocurrencycode"], size=2)
        return page.records[0].id if page.records else None

    def _make(self) -> uuid.UUID | None:
        if self.run.options.dry_run:
            return None
        code = self.run.context.local_currency
        values: dict[str, Value] = {
            "isocurrencycode": code,
            "currencyname": code,
            "currencysymbol": code,
            "currencyprecision": self.rates.precision,
            "exchangerate": self.rates.of(Decimal(1)),
        }
        written = self.run.crm.insert(TABLE, [Row(stable_id(self.run.context, f"currency {code}"), values)])[0]
        if written.error is not None:
            found = self._find()  # Another run may have been faster.
            if found is None:
                raise written.error
            return found
        return written.id
