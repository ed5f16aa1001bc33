"""Writers and a reader at the same time, on a database of their own: ``python -m tests.business_central.store.race``.

SQLite in memory has one connection for all, so the races need a file (or PostgreSQL, where they run in the test).
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Callable
from threading import Event, Thread

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration.project.settings")
    django.setup()

from django.core.management import call_command
from django.db import connection, transaction

from integration.business_central.models import Customer, ShipmentMethod
from integration.business_central.store import EmbeddedCompany
from integration.systems.values import Row
from tests.business_central.store.posting_race import two_people_post


def in_thread(work: Callable[[], None], failures: list[str]) -> Thread:
    """Run on a connection of its own."""

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - handed to the test
            failures.append(repr(error))
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def read(cursor: str | None, seen: list[str]) -> str:
    for page in EmbeddedCompany(page_size=7).changes("shipment_method", ["code"], cursor):
        seen += [str(record.values["code"]) for record in page.records]
        cursor = page.cursor
    return cursor or "0"


def late_commit() -> dict[str, object]:
    """One writer has its version and commits late; another follows. What does a reader in between miss?"""
    inside, commit, failures, seen = Event(), Event(), [], []
    cursor = read(None, [])

    def late() -> None:
        with transaction.atomic():
            ShipmentMethod.objects.create(code="LATE")
            inside.set()
            commit.wait(20)

    first = in_thread(late, failures)
    inside.wait(20)
    second = in_thread(lambda: ShipmentMethod.objects.create(code="NEXT") and None, failures)
    cursor = read(cursor, seen)
    between = list(seen)
    commit.set()
    first.join()
    second.join()
    read(cursor, seen)
    return {"between": between, "seen": seen, "failures": failures}


def many_writers(writers: int, rounds: int) -> dict[str, object]:
    """Writers insert, rewrite and delete while a reader follows; what did it see in the end?"""
    failures: list[str] = []
    seen: list[str] = []
    cursor = read(None, [])
    company = EmbeddedCompany()

    def write(name: int) -> None:
        for number in range(rounds):
            rows = [Row(uuid.uuid4(), {"code": f"W{name}-{number}-{part}"}) for part in range(3)]
            answers = company.insert("shipment_method", rows)
            answers += company.update("shipment_method", [Row(rows[0].id, {"description": "again"})])
            answers += company.delete("shipment_method", [Row(rows[2].id)])
            failures.extend(str(answer.error) for answer in answers if answer.error)

    threads = [in_thread(lambda name=name: write(name), failures) for name in range(writers)]  # type: ignore[misc]
    while any(thread.is_alive() for thread in threads):
        cursor = read(cursor, seen)
    read(cursor, seen)
    stored = set(ShipmentMethod.objects.filter(code__startswith="W").values_list("code", flat=True))
    versions = list(ShipmentMethod.objects.values_list("row_version", flat=True))
    return {
        "failures": failures,
        "missed": sorted(stored - set(seen)),
        "stored": len(stored),
        "shared_versions": len(versions) - len(set(versions)),
    }


def two_workers_number_customers(rounds: int) -> dict[str, object]:
    """Two workers insert customers without a number at the same time. Which numbers were given?"""
    failures: list[str] = []

    def write(worker: str) -> None:
        for number in range(rounds):
            rows = [Row(uuid.uuid4(), {"name": f"{worker} {number}-{part}"}) for part in range(2)]
            failures.extend(str(answer.error) for answer in EmbeddedCompany().insert("customer", rows) if answer.error)

    threads = [in_thread(lambda worker=worker: write(worker), failures) for worker in ("Adatum", "Contoso")]  # type: ignore[misc]
    for thread in threads:
        thread.join()
    numbers = Customer.objects.order_by("no").values_list("no", flat=True)
    return {"failures": failures, "numbers": list(numbers)}


def two_users_change_one_customer() -> dict[str, object]:
    """A user has a customer's version, another one writes and commits late. Does the first one overwrite the change?"""
    inside, commit, failures, answers = Event(), Event(), [], []
    company = EmbeddedCompany()
    id = uuid.uuid4()
    version = company.insert("customer", [Row(id, {"name": "Fabrikam"})])[0].version

    def slow() -> None:
        with transaction.atomic():
            Customer.objects.filter(pk=id).update(city="London")
            inside.set()
            commit.wait(20)

    def stale() -> None:
        answers.extend(company.update("customer", [Row(id, {"city": "Ulm"}, version)]))

    first = in_thread(slow, failures)
    inside.wait(20)
    second = in_thread(stale, failures)
    second.join(0.2)
    waits = second.is_alive()
    commit.set()
    first.join()
    second.join()
    return {
        "waits": waits,
        "answer": type(answers[0].error).__name__ if answers else "none",
        "city": Customer.objects.get(pk=id).city,
        "failures": failures,
    }


def all_races() -> dict[str, object]:
    return {
        "late": late_commit(),
        "many": many_writers(4, 10),
        "numbers": two_workers_number_customers(10),
        "versions": two_users_change_one_customer(),
        "posting": two_people_post(in_thread, 5),
    }


if __name__ == "__main__":
    call_command("migrate", "business_central", verbosity=0)
    sys.stdout.write(json.dumps(all_races()))
