"""What happens to an order in Sales after it became one here. Nothing of it is applied by itself: goods may be on their
way. The order is held, a person is told what happened, and chooses.

    in Sales it is now          here
    Canceled                    on hold (CRM), unless it is invoiced; order-canceled until a person says Keep, or
                                deletes the order
    Active, being changed       order-reopened; nothing until it is submitted again
    Submitted, as it was        the version is remembered; a hold (CRM) of ours is lifted, no more
    Submitted, changed          order-changed: Take Over rebuilds the order, Keep leaves it as it is
    Fulfilled, Invoiced         somebody closed it there: it is left alone
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from integration.documents.flow import (
    FILLED,
    HEADER,
    LINES,
    Flow,
    Noted,
    agreed_of,
    digests,
    header_digest,
    is_as_agreed,
    went_well,
)
from integration.documents.lines import HEADER_TABLE
from integration.documents.lookups import Lookups
from integration.documents.notices import NUMBER, Notice, close, never_sent, was_never_sent
from integration.documents.orders import plan
from integration.documents.problems import OrderCanceled, OrderChanged, OrderReopened
from integration.documents.reading import SalesReader
from integration.documents.sources import ACTIVE, CANCELED, ORDER, SUBMITTED, SalesDocument, integer, text
from integration.sync.memory.ledger import Outcome, Pair, Result
from integration.sync.run import Scope
from integration.systems.errors import RecordProblem
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.values import Record, Row, Side

HELD = "CRM"
KEPT = "document:kept"
"""Among the agreed values: a person has said that the order stays though it was canceled in Sales."""
OURS = ("no", "on_hold", "completely_invoiced")
TO_BE_TRIED = Outcome(Result.FAILURE)
"""What was skipped and a person wants tried again."""
ABOUT_AFTERWARDS = (OrderCanceled.code, OrderChanged.code, OrderReopened.code)


@dataclass(frozen=True, slots=True)
class _Coupled:
    """An order on both sides. ``document`` has no lines unless they were read."""

    document: SalesDocument
    pair: Pair
    order: Record

    @property
    def no(self) -> str:
        return text(self.order, "no")


class Afterwards:
    """Judges coupled orders of one page."""

    def __init__(self, flow: Flow, reader: SalesReader, lookups: Lookups) -> None:
        self.flow, self.reader, self.lookups = flow, reader, lookups

    def judge(self, headers: Sequence[Record], pairs: Mapping[uuid.UUID, Pair]) -> tuple[Noted, list[Notice]]:
        """What is to be remembered of them, and of which Sales is still to be notified. An order that is gone here is
        left to the pass of its mapping. Raises a ``ConnectionProblem``."""
        noted, notices = Noted(done=len(headers)), list[Notice]()
        open_ = [header for header in headers if self._is_news(header, pairs[header.id], noted)]
        if not open_:
            return noted, notices
        ours = self.flow.erp.get(HEADER_TABLE, [pairs[header.id].erp_id for header in open_], OURS)
        there = [header for header in open_ if pairs[header.id].erp_id in ours]
        self._deleted([header for header in open_ if pairs[header.id].erp_id not in ours], pairs, noted)
        submitted = [header for header in there if integer(header, "statecode") == SUBMITTED]
        read = {each.id: each for each in self.reader.documents(submitted)} if submitted else {}
        for header in there:
            document = read.get(header.id, SalesDocument(ORDER, header))
            coupled = _Coupled(document, pairs[header.id], ours[pairs[header.id].erp_id])
            notice = self._judge(coupled, noted)
            notices += [notice] if notice else []
        return noted, notices

    def _is_news(self, header: Record, pair: Pair, noted: Noted) -> bool:
        """Is there anything to look at? What we wrote ourselves is remembered as ours, and what a person has taken out
        of its rest is said once more."""
        if self.flow.options.scope is Scope.IDS or pair.owed_erp or pair.to_erp == TO_BE_TRIED:
            return True
        if header.version != pair.seen_crm:
            return True
        digest = ("", header_digest(header))
        if pair.to_erp.code not in ABOUT_AFTERWARDS and pair.agreed.get(HEADER) not in (None, digest):
            noted.remembered.append(replace(pair, agreed={**pair.agreed, HEADER: digest}))
        return False

    def _judge(self, coupled: _Coupled, noted: Noted) -> Notice | None:
        match integer(coupled.document.header, "statecode"):
            case value if value == SUBMITTED:
                return self._submitted(coupled, noted)
            case value if value == CANCELED:
                self._canceled(coupled, noted)
            case value if value == ACTIVE:
                self._reopened(coupled, noted)
            case _:
                self._remember(coupled, noted)
        return None

    def _deleted(self, headers: Sequence[Record], pairs: Mapping[uuid.UUID, Pair], noted: Noted) -> None:
        """Orders that a person deleted here: those of which nothing was invoiced may be submitted once more, the others
        are done, or they would be delivered twice."""
        if not headers:
            return
        orders = tuple(pairs[header.id].erp_id for header in headers)
        found = every(self.flow.erp, "sales_invoice_line", OneOf("order_id", orders), ["order_id"])
        invoiced = {row.values["order_id"] for row in found}
        for header in headers:
            self._bring_in_line(header, pairs[header.id], noted, is_invoiced=pairs[header.id].erp_id in invoiced)

    def _bring_in_line(self, header: Record, pair: Pair, noted: Noted, *, is_invoiced: bool) -> None:
        has_number, state = NUMBER in self.flow.writer.describe(ORDER.table).fields, integer(header, "statecode")
        values = close(is_invoiced=is_invoiced, number=has_number) if state == SUBMITTED else never_sent(has_number)
        row = Row(header.id, values, header.version, from_states=frozenset({SUBMITTED, ACTIVE} & {state}))
        version = header.version
        if state == SUBMITTED or (state == ACTIVE and not is_invoiced):
            answer = self.flow.writer.update(ORDER.table, [row])[0]
            if answer.error is not None:
                noted.fail(replace(pair, owed_erp=True), answer.error, SalesDocument(ORDER, header).label)
                return
            version = answer.version or ""
        noted.recovered.append(header.id)
        if is_invoiced:
            noted.remembered.append(replace(went_well(pair), seen_crm=version, owed_erp=False))
        else:
            noted.forgotten.append(pair)

    def _is_kept(self, coupled: _Coupled) -> bool:
        """Did a person say Keep to what the order says now? Who said so to something else has not seen this."""
        seen = coupled.pair.seen_crm in ("", coupled.document.header.version)
        return seen and self.flow.options.winner is Side.ERP

    # --- submitted ----------------------------------------------------------------------------------------------

    def _submitted(self, coupled: _Coupled, noted: Noted) -> Notice | None:
        document, pair = coupled.document, coupled.pair
        said = digests(document)
        if self.flow.options.winner is Side.CRM:
            return self._take_over(coupled, noted)
        if not self._is_unchanged(coupled, said) and not self._is_kept(coupled):
            self._changed(coupled, noted)
            return None
        self._let_go(coupled)
        pair = replace(pair, agreed={**_without_kept(pair), **said})
        if was_never_sent(document.header):
            return Notice(document, pair, coupled.no)
        if self.flow.options.scope is Scope.IDS and self.flow.options.winner is None:
            noted.leave_out(pair, f"{document.named} is order {coupled.no} already.", document.label)
        noted.counters.unchanged += 1
        self._remember(replace(coupled, pair=pair), noted)
        return None

    def _is_unchanged(self, coupled: _Coupled, said: Mapping[str, tuple[str, str]]) -> bool:
        """Does it say what was agreed? Coupled by hand, it does from that moment on; what we wrote into the header
        ourselves since is no change."""
        pair = coupled.pair
        if LINES not in pair.agreed or is_as_agreed(pair, said):
            return True
        us = self.flow.context.user_id
        is_ours = us is not None and coupled.document.header.modified_by == us
        return is_ours and pair.agreed[LINES] == said[LINES]

    def _changed(self, coupled: _Coupled, noted: Noted) -> None:
        named = coupled.document.named
        problem = OrderChanged(
            f"{named} was changed in Sales after it became order {coupled.no}. Take the change over, or keep the order "
            "as it is."
        )
        self._fail(coupled, problem, noted)

    def _take_over(self, coupled: _Coupled, noted: Noted) -> Notice | None:
        """Rebuild the order from what Sales has now; one that Sales was never notified of still is."""
        document = coupled.document
        known = self.lookups.known([document], self.reader.rows([document]))
        blank = coupled.pair.agreed.get(FILLED, ("", ""))[1].split(",")
        planned = plan(document, coupled.pair.erp_id, known, another=True, by_formula=True, cleared=blank)
        try:
            if planned.document is None:
                raise planned.problem or OrderChanged(f"{document.named} cannot be taken over.")
            self.flow.erp.act(HEADER_TABLE, coupled.pair.erp_id, "rebuild", document=planned.document)
        except RecordProblem as problem:
            # It is still a changed order: a person may keep it, or try again.
            words = f"{document.named} was changed in Sales, and that cannot be taken over: {problem}"
            pair = replace(coupled.pair, seen_crm=document.header.version)
            noted.fail(pair, OrderChanged(words, raw=problem.raw), document.label, frozenset())
            return None
        self._let_go(coupled)
        pair = replace(coupled.pair, agreed={**_without_kept(coupled.pair), **agreed_of(document)})
        noted.counters.modified += 1
        if was_never_sent(document.header):
            pair = replace(went_well(pair), owed_erp=True)
            noted.remembered.append(pair)
            return Notice(document, pair, coupled.no)
        self._remember(replace(coupled, pair=pair), noted)
        return None

    # --- canceled, reopened, closed -----------------------------------------------------------------------------

    def _canceled(self, coupled: _Coupled, noted: Noted) -> None:
        pair, order = coupled.pair, coupled.order
        if self._is_kept(coupled):
            self._hold(coupled, "")
            kept = {**pair.agreed, KEPT: ("", "canceled")}
            self._remember(replace(coupled, pair=replace(pair, agreed=kept)), noted)
            return
        if KEPT in pair.agreed or order.values.get("completely_invoiced"):
            self._remember(coupled, noted)
            return
        if not text(order, "on_hold"):
            self._hold(coupled, HELD)
        problem = OrderCanceled(
            f"{coupled.document.named} was canceled in Sales after it became order {coupled.no}, which is on hold now. "
            "Delete the order, or keep it."
        )
        self._fail(coupled, problem, noted)

    def _hold(self, coupled: _Coupled, code: str) -> None:
        """Hold the order back, or let it go; a hold of somebody else stays."""
        if "hold" in self.flow.erp.describe(HEADER_TABLE).actions and text(coupled.order, "on_hold") in ("", HELD):
            self.flow.erp.act(HEADER_TABLE, coupled.pair.erp_id, "hold", code=code)

    def _let_go(self, coupled: _Coupled) -> None:
        """Its cancellation was taken back: what we held because of that goes on."""
        if text(coupled.order, "on_hold") == HELD:
            self._hold(coupled, "")

    def _reopened(self, coupled: _Coupled, noted: Noted) -> None:
        problem = OrderReopened(
            f"{coupled.document.named} is being changed in Sales after it became order {coupled.no}. It is looked at "
            "when it is submitted again."
        )
        self._fail(coupled, problem, noted)

    # --- what is remembered -------------------------------------------------------------------------------------

    def _remember(self, coupled: _Coupled, noted: Noted) -> None:
        """As it is now; what was complained about is past."""
        pair = replace(went_well(coupled.pair), seen_crm=coupled.document.header.version, owed_erp=False)
        noted.remembered.append(pair)
        noted.recovered.append(pair.crm_id)

    def _fail(self, coupled: _Coupled, problem: RecordProblem, noted: Noted) -> None:
        pair = replace(coupled.pair, seen_crm=coupled.document.header.version, owed_erp=False)
        if pair.to_erp.code == problem.code and coupled.pair.seen_crm == pair.seen_crm:
            noted.counters.failed += 1
            return  # It stands where it stood, and is said already.
        # A person decides about it: it never rests, however often the order is changed before that.
        noted.fail(replace(pair, to_erp=TO_BE_TRIED), problem, coupled.document.label, frozenset())


def _without_kept(pair: Pair) -> dict[str, tuple[str, str]]:
    return {key: halves for key, halves in pair.agreed.items() if key != KEPT}
