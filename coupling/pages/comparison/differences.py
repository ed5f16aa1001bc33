"""The fields of two records that differ and those that agree, and what the next synchronization does with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coupling.pages.comparison.agreements import Agreement
from coupling.pages.comparison.judged import Next
from coupling.pages.comparison.touched import Touched
from integration.models import TableMapping
from integration.sync.memory.ledger import Pair
from integration.systems.values import Record, Side


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which both records are not the same. ``changed``: the sides that have changed it since both last
    agreed; where nothing counts as agreed, ``agreed`` is ``None`` and ``why_none`` says why. ``note``: why the field
    is not carried; ``noted``: who changed it in Business Central, in words, as far as somebody noted it."""

    key: str
    erp_label: str
    crm_label: str
    erp_text: str
    crm_text: str
    next: Next
    changed: Sequence[Side]
    agreed: Agreement | None
    why_none: str = ""
    note: str = ""
    noted: str = ""

    @property
    def erp_changed(self) -> bool:
        return Side.ERP in self.changed

    @property
    def crm_changed(self) -> bool:
        return Side.CRM in self.changed

    @property
    def is_conflict(self) -> bool:
        return self.next is Next.CONFLICT


@dataclass(frozen=True, slots=True)
class Alike:
    """One field that both records hold alike."""

    label: str
    text: str
    note: str = ""


@dataclass(slots=True)
class Compared:
    """Both records of a pair as they are now. ``rows``: those of both that exist. ``stopped``: why
    nothing of the record is carried. The versions come back with a decision."""

    mapping: TableMapping
    pair: Pair
    names: Mapping[Side, str] = field(default_factory=dict)
    touched: Mapping[Side, Touched] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    rows: Mapping[Side, Record] = field(default_factory=dict)
    stopped: str = ""

    @property
    def gone(self) -> Side | None:
        """The side whose record does not exist any more."""
        return next((side for side in Side if side not in self.rows), None)

    @property
    def erp_version(self) -> str:
        return self.rows[Side.ERP].version

    @property
    def crm_version(self) -> str:
        return self.rows[Side.CRM].version

    @property
    def conflicts(self) -> list[Difference]:
        return [one for one in self.differences if one.is_conflict]

    @property
    def erp(self) -> Touched | None:
        return self.touched.get(Side.ERP)

    @property
    def crm(self) -> Touched | None:
        return self.touched.get(Side.CRM)

    @property
    def summary(self) -> str:
        """What the next synchronization does, in one sentence."""
        counted = {kind: sum(one.next is kind for one in self.differences) for kind in Next}
        words = {
            Next.SENT: "sends {} to Dynamics 365 Sales",
            Next.FETCHED: "fetches {} from Dynamics 365 Sales",
            Next.CONFLICT: "cannot decide {}",
        }
        said = [text.format(_fields(counted[kind])) for kind, text in words.items() if counted[kind]]
        if not said:
            return "The next synchronization changes nothing here."
        if self.conflicts and len(said) > 1:
            return f"The next synchronization {_and(said[-1:])}; once that is decided it {_and(said[:-1])}."
        return f"The next synchronization {_and(said)}."


def _fields(number: int) -> str:
    return "one field" if number == 1 else f"{number} fields"


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
