"""CRONUS beside a stand-in of Sales, first with 60 customers and then with 100,000: the world of the pages' bench.

Lists, searches and Set Up Coupling have a full page already while the company is small, so that the same number of rows
is shown at both sizes. A list of one standing, and the last page of a list, cannot have one in a company of 60: there
the large company is asked for as few rows.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from tests.bench.standin import StandIn

STATED = 60
"""So many pairs of the small company rest, fail, wait and are owed: all of them."""
FLAGGED = 1000
"""So many pairs of the large company, of each kind."""
AT_ONCE = 5000
EDITED = 20
"""So many customers and accounts were changed since the last run, of those whose pairs are owed something anyway."""
NOBODY = "Nobody's"
"""What those are called who are coupled with nobody."""
DOCUMENTS = ("sales_header", "sales_invoice_header", "cust_ledger_entry")
"""Of each of these there are as many as customers."""


def described() -> StandIn:
    """Sales with the tables and small rows of a sandbox; the company is connected and its small tables are coupled."""
    from integration.connection import opening
    from integration.models import ConnectionSetup, TableMapping
    from integration.systems.system import every
    from tests.bench.world import connect, sandbox

    with sandbox("pages") as ready:
        connect(ready)
        with opening.open_for_page(ConnectionSetup.current()) as connected:
            names = set(TableMapping.objects.values_list("crm_table", flat=True))
            made = StandIn({name: connected.crm.describe(name) for name in sorted(names)})
            for name in ("systemuser", "transactioncurrency", "pricelevel", "uom", "uomschedule", "product"):
                if name in names:
                    fields = tuple(made.tables_by_name[name].fields)
                    made.rows[name] = {one.id: dict(one.values) for one in every(connected.crm, name, fields=fields)}
    return made


def grow(sales: StandIn, customers: int, accounts: int, couplings: int, jobs: int) -> None:
    """Fill both sides up to these numbers. Customers and accounts are coupled in the order of their numbers up to the
    last ones; contacts make up the couplings that are missing."""
    from integration.business_central.models import Contact, Customer
    from integration.models import TableMapping

    for model in (Customer, Contact):
        _copies(model, customers)
    by_name = {mapping.name: mapping for mapping in TableMapping.objects.all()}
    apart = max(26, customers // 100)
    _name(apart)
    _couple(sales, by_name["CUSTOMER"], _rows("customer", "name"), customers - apart, accounts)
    people = _rows("contact", "name")
    _couple(sales, by_name["CONTACT"], people, min(len(people), couplings - customers + apart), 0)
    flagged = FLAGGED if customers > FLAGGED else STATED
    for name in ("CUSTOMER", "CONTACT"):
        _flag(by_name[name], flagged)
    for table in DOCUMENTS:
        _documents(table, customers)
    _log(by_name["CUSTOMER"], jobs)
    _errors(by_name["CUSTOMER"], flagged)
    _edit(sales, by_name["CUSTOMER"])
    sales.forget_found()


def _copies(model: Any, number: int) -> None:
    """More rows of a table up to this number: those there are once more, under other numbers and names."""
    from integration.models.stored.rows import insert_rows

    there = list(model.objects.order_by("no"))
    fields = [
        field for field in model._meta.concrete_fields if all(getattr(row, field.attname) is not None for row in there)
    ]

    def copies(first: int, last: int) -> Iterator[list[Any]]:
        for position in range(first, last):
            row = there[position % len(there)]
            changed = {"no": f"X{position:06}", "name": f"{row.name} {position}", model._meta.pk.attname: uuid.uuid4()}
            yield [changed.get(field.attname, getattr(row, field.attname)) for field in fields]

    for first in range(len(there), number, AT_ONCE):
        insert_rows(model, [field.name for field in fields], copies(first, min(number, first + AT_ONCE)))


def _name(apart: int) -> None:
    """A search for “ltd” finds a full page of customers at either size, and Set Up Coupling of one of the last ones,
    which nobody couples, a full page of accounts."""
    from integration.business_central.models import Customer

    rows = list(Customer.objects.order_by("no"))
    first, last = rows[:STATED], rows[-apart:]
    for row in first:
        row.name = f"{row.name} Ltd."
    for place, row in enumerate(last):
        row.name = f"{NOBODY} {place} Ltd."
    for row in {row.pk: row for row in (*first, *last)}.values():
        row.save()


def _documents(table: str, number: int) -> None:
    """This many documents or entries, forty a day, of one customer behind the other."""
    from django.utils import timezone

    from integration.business_central.models import Customer
    from integration.business_central.tables import MODELS
    from integration.models.stored.rows import insert_rows

    model: Any = MODELS[table]
    customers = list(Customer.objects.order_by("no")[:1000])
    owners = [field.attname for field in model._meta.fields if field.related_model is Customer]
    like, today = model(**dict.fromkeys(owners, customers[0].pk)), timezone.localdate()
    moments, numbers = {"posted_at": timezone.now()}, {"entry_no": 1_000_000}
    days = {field.name for field in model._meta.fields if field.get_internal_type() == "DateField"}
    fields = [field for field in model._meta.concrete_fields if field.name in {*days, *moments, *numbers} or
              getattr(like, field.attname) is not None]  # fmt: skip

    def rows(first: int, last: int) -> Iterator[list[Any]]:
        for position in range(first, last):
            customer = customers[position % len(customers)]
            values = {name: today - dt.timedelta(days=position // 40) for name in days} | moments
            values |= {"no": f"N{position:06}", "entry_no": numbers["entry_no"] + position}
            values |= dict.fromkeys(owners, customer.pk) | {
                "sell_to_customer_name": customer.name,
                "system_id": uuid.uuid4(),
                "amount": position,
            }
            yield [values.get(field.attname, getattr(like, field.attname)) for field in fields]

    for first in range(model.objects.count(), number, AT_ONCE):
        insert_rows(model, [field.name for field in fields], rows(first, min(number, first + AT_ONCE)))


def _rows(table: str, name: str) -> list[tuple[uuid.UUID, str]]:
    from integration.business_central.tables import MODELS

    return list(MODELS[table]._default_manager.order_by("no").values_list("pk", name))


def _couple(sales: StandIn, mapping: Any, rows: Sequence[tuple[uuid.UUID, str]], number: int, accounts: int) -> None:
    """Accounts (or contacts) for these rows; the first ``number`` are coupled. More accounts are nobody's."""
    from integration.sync.memory.ledger import Pair, State

    table = mapping.crm_table
    column = "name" if table == "account" else "fullname"
    held, pairs = sales.rows[table], []
    for position, (id, name) in enumerate(rows):
        twin = uuid.uuid5(id, "twin")
        if twin not in held:
            held[twin] = _values(table, column, f"{position:06} {name}")
        if position < number:
            pairs.append(Pair(id, twin, State.COUPLED, "1", "1", {"name:" + column: (f"={name}", f"={name}")}))
    for position in range(len(held), accounts):
        held[uuid.UUID(int=position)] = _values(table, column, f"Z{position:06} {NOBODY}")
    there = set(mapping.couplings.values_list("erp_id", flat=True))
    missing = [pair for pair in pairs if pair.erp_id not in there]
    for first in range(0, len(missing), AT_ONCE):
        mapping.couplings.remember(missing[first : first + AT_ONCE])


def _values(table: str, column: str, name: str) -> dict[str, Any]:
    made: dict[str, Any] = {column: name, "statecode": 0, "address1_city": "London"}
    return made | ({"customertypecode": 3} if table == "account" else {"lastname": name})


def _flag(mapping: Any, number: int) -> None:
    """This many pairs rest, are owed and wait: those in the middle of the list."""
    from integration.sync.memory.ledger import Result

    keys = list(mapping.couplings.order_by("pk").values_list("pk", flat=True))
    middle = keys[len(keys) // 2 :][:number] if len(keys) > number else keys
    mapping.couplings.update(to_crm_result="", to_erp_result="", owed_crm=False)
    mapping.waits.all().delete()
    for first in range(0, len(middle), 500):
        rows = mapping.couplings.filter(pk__in=middle[first : first + 500])
        waits = mapping.waits.model
        waits.objects.bulk_create(
            waits(mapping=mapping, erp_id=erp, crm_id=crm, towards="crm", table="salesperson", record_id=uuid.uuid4())
            for erp, crm in rows.values_list("erp_id", "crm_id")
        )
        rows.update(to_crm_result=Result.SKIPPED.value, to_erp_result=Result.FAILURE.value, owed_crm=True)


def _log(mapping: Any, jobs: int) -> None:
    """This many jobs that ended, one a minute."""
    from django.utils import timezone

    from integration.models import SyncJob
    from integration.models.stored.rows import insert_rows
    from integration.sync.run import Options

    like = SyncJob(mapping=mapping, direction="to_crm", status=SyncJob.Status.FINISHED, inserted=1, records_total=1)
    like.options, like.cursor = Options().as_dict(), "7"
    now, there = timezone.now(), SyncJob.objects.count()
    like.started_at = like.finished_at = now
    fields = [field for field in SyncJob._meta.concrete_fields if getattr(like, field.attname) is not None]

    def rows(first: int, last: int) -> Iterator[list[Any]]:
        for position in range(first, last):
            moment = now - dt.timedelta(minutes=position)
            like.pk, like.queued_at, like.started_at, like.finished_at = uuid.uuid4(), moment, moment, moment
            yield [getattr(like, field.attname) for field in fields]

    for first in range(there, jobs, AT_ONCE):
        insert_rows(SyncJob, [field.name for field in fields], rows(first, min(jobs, first + AT_ONCE)))


def _errors(mapping: Any, number: int) -> None:
    """This many open errors about the pairs that rest."""
    from integration.models import SyncError, SyncJob

    job = SyncJob.objects.order_by("-queued_at")[0]
    SyncError.objects.all().delete()
    pairs = mapping.couplings.filter(to_crm_result="skipped").values_list("erp_id", "crm_id")[:number]
    SyncError.objects.bulk_create(
        SyncError(
            job=job, mapping=mapping, direction="to_crm", erp_id=erp, crm_id=crm, label="A firm", code="refused",
            message="Sales refuses the record.",
        )
        for erp, crm in pairs
    )  # fmt: skip


def _edit(sales: StandIn, mapping: Any) -> None:
    """A run has read both sides to their ends; then people change some records of either."""
    from integration.business_central.models import Customer
    from integration.business_central.row_versions import committed_version

    mapping.erp_cursor, mapping.crm_cursor = str(committed_version()), sales.cursor(mapping.crm_table)
    mapping.save()
    owed = mapping.couplings.filter(owed_crm=True).order_by("pk").values_list("erp_id", "crm_id")[:EDITED]
    Customer.objects.filter(pk__in=[erp for erp, _ in owed]).update(phone_no="030 7")
    sales.edit(mapping.crm_table, [crm for _, crm in owed])


def catch_up(sales: StandIn) -> None:
    """What the task of the house does now and then, for the lists that the bench opens."""
    from integration.connection import systems
    from integration.pages import catalog

    erp = systems.open_erp()
    for system, names in ((erp, ("customer", "contact")), (sales, ("account",))):
        for name in names:
            catalog.caught_up(system, system.describe(name), whole=True)


def analyze() -> None:
    """As PostgreSQL does by itself, and the task of the house on SQLite."""
    from django.db import connection

    from coupling.upkeep import look_at_sizes

    look_at_sizes()
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
