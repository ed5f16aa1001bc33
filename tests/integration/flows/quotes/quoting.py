"""A sales desk that quotes first: activated, revised, won, lost."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from integration import jobs
from integration.business_central.models import SalesHeader, SalesHeaderArchive
from integration.connection import systems
from integration.jobs import queue
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.values import Ref
from tests.integration.flows.desk import CENT, Desk, worked_out

D = Decimal
DRAFT, ACTIVE, WON, CLOSED = range(4)
LOST, CANCELED, REVISED = 5, 6, 7
VALID = dt.date(2027, 3, 31)


class Quoting(Desk):
    """With what a salesperson does to quotes, and the pass that follows them."""

    def couple(self, mapping: str, erp_id: uuid.UUID, crm_id: uuid.UUID) -> None:
        """Nothing refers to them yet, so nothing is to be looked at again."""
        TableMapping.objects.get(name=mapping).couplings.remember([Pair(erp_id, crm_id, State.COUPLED)])

    def quote(self, *lines: Mapping[str, Any], whose: str = "ADATUM", currency: str = "GBP", **more: Any) -> uuid.UUID:
        """An activated quote with what Sales makes of its lines and discounts."""
        number = str(more.pop("number", f"QUO-{next(self.numbers):05}"))
        rows = [worked_out(line, CENT) for line in lines]
        net = sum((line["extendedamount"] - line["tax"] for line in rows), D(0)) - D(more.get("discountamount") or 0)
        tax = sum((line["tax"] for line in rows), D(0))
        values = {
            "name": f"Quote {number}", "quotenumber": number, "revisionnumber": 0, "statecode": ACTIVE,
            "customerid": Ref("account", self.accounts[whose], whose.capitalize()), "effectiveto": VALID,
            "transactioncurrencyid": Ref("transactioncurrency", self.currencies[currency], currency),
            "totalamountlessfreight": net, "totaltax": tax,
            "totalamount": net + tax + D(more.get("freightamount") or 0), **more,
        }  # fmt: skip
        quote = self.crm.add("quote", **values)
        for at, line in enumerate(rows, 1):
            self.crm.add("quotedetail", quoteid=Ref("quote", quote), lineitemnumber=at, **line)
        self.change(quote)
        return quote

    def change(self, quote: uuid.UUID, **values: Any) -> None:
        moment = dt.datetime(2027, 1, 15, 8, tzinfo=dt.UTC) + dt.timedelta(seconds=next(self.numbers))
        self.crm.edit("quote", quote, modifiedon=moment, **values)

    def revise(self, quote: uuid.UUID, *lines: Mapping[str, Any], **more: Any) -> uuid.UUID:
        """The quote is closed as revised; another revision of it with these lines is active."""
        before = self.crm.values("quote", quote)
        self.close(quote, REVISED)
        revision = int(before["revisionnumber"] or 0) + 1
        return self.quote(*lines, number=before["quotenumber"], revisionnumber=revision, **more)

    def close(self, quote: uuid.UUID, reason: int = LOST) -> None:
        self.change(quote, statecode=CLOSED, statuscode=reason)

    def win(self, quote: uuid.UUID, *lines: Mapping[str, Any], ordered: bool = True, **more: Any) -> uuid.UUID | None:
        """The quote is won; an order is made of it unless ``ordered`` is false, which is submitted at once unless
        ``statecode`` says otherwise."""
        self.change(quote, statecode=WON, statuscode=4)
        return self.order(*lines, quoteid=Ref("quote", quote), **more) if ordered else None

    @property
    def quotes(self) -> TableMapping:
        return TableMapping.objects.get(name="SALESQUOTE-QUOTE")

    def process(self, *ids: uuid.UUID) -> SyncJob:
        """The pass, over all that changed or over these quotes."""
        return jobs.process_quotes(ids, inline=True)

    def work(self) -> None:
        """Do what is queued."""
        for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED).order_by("queued_at"):
            jobs.run(job.pk)

    def here(self, quote: uuid.UUID) -> SalesHeader:
        """What the quote became."""
        return SalesHeader.objects.get(pk=self.quotes.couplings.get(crm_id=quote, state="coupled").erp_id)

    def uncouple_customer(self, no: str) -> Any:
        """The coupling of this customer is deleted; answers what it was."""
        mapping = TableMapping.objects.get(name="CUSTOMER")
        held = mapping.couplings.get(crm_id=self.accounts[no])
        mapping.couplings.filter(pk=held.pk).delete()
        return held

    def archived(self, number: str) -> list[SalesHeaderArchive]:
        return list(SalesHeaderArchive.objects.filter(no=number, document_type=0).order_by("version_no"))


def counted(job: SyncJob) -> tuple[int, int, int, int]:
    """Inserted, modified, unchanged, failed."""
    assert (job.status, job.message) == ("finished", "")
    return job.inserted, job.modified, job.unchanged, job.failed


@pytest.fixture
def quoting(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Quoting:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    made = Quoting()
    monkeypatch.setattr(systems, "open_erp", lambda: made.erp)
    monkeypatch.setattr(systems, "open_crm", lambda setup, **_: made.crm)
    return made
