"""An organization in this process, written without HTTP: bodies are read, rules run, a test leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.rules.registry import RuleRegistry
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.security.rights import read_rights
from integration.sandbox.dataverse.seed.seeds import seed_organization
from integration.sandbox.dataverse.store.database import Database
from integration.sandbox.dataverse.store.model import Table, load_model
from integration.sandbox.shell.refusal import Refusal

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
NOBODY = "00000000-0000-0000-0000-0000000000aa"


def organization_in_process(
    folder: Path, seed: str = "empty", clock: Callable[[], dt.datetime] = lambda: NOON, **totals: int
) -> Organization:
    """A new organization whose clock stands still at noon; close its ``database`` at the end."""
    model = load_model()
    made = Organization(Database(str(folder / f"{seed}.sqlite3"), model), model, RuleRegistry(), clock)
    seed_organization(made, seed, **totals)
    return made


@contextmanager
def rolled_back(organization: Organization, user: str = "") -> Iterator[Writer]:
    """A writer in a transaction of its own, undone at the end. ``user`` is the administrator unless one is named."""
    connection = organization.database.connection()
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield Writer(organization, connection, user or administrator(connection))
    finally:
        connection.execute("ROLLBACK")


def administrator(connection: sqlite3.Connection) -> str:
    found = connection.execute("SELECT systemuserid FROM systemuser WHERE firstname = 'Nancy'").fetchone()
    return str(found[0])


@contextmanager
def refused(code: str, text: str = "", status: int = 400) -> Iterator[None]:
    """What stands inside is refused with this code, and the message holds the text."""
    with pytest.raises(Refusal) as caught:
        yield
    assert (caught.value.code, caught.value.status) == (code, status), caught.value.message
    assert text in caught.value.message


class Writer:
    """Writes rows as one user. A navigation property takes an id (owners: a user, or table and id)."""

    def __init__(self, organization: Organization, connection: sqlite3.Connection, user: str) -> None:
        self.organization = organization
        self.connection = connection
        self.user = user
        self.write = organization.write(connection, user)

    @property
    def base(self) -> str:
        """The base currency."""
        return self.write.settings.base_currency

    @property
    def root(self) -> str:
        """The root business unit."""
        return self.value("SELECT businessunitid FROM businessunit WHERE parentbusinessunitid IS NULL")

    def value(self, query: str, *arguments: Any) -> Any:
        return self.connection.execute(query, arguments).fetchone()[0]

    def values(self, query: str, *arguments: Any) -> list[Any]:
        return [row[0] for row in self.connection.execute(query, arguments)]

    def table(self, name: str) -> Table:
        return self.organization.model[name]

    def create(self, table: str, **body: Any) -> str:
        return self.create_all(table, body)[0]

    def create_all(self, table: str, *bodies: Mapping[str, Any]) -> list[str]:
        """The ids of several rows that are written together."""
        rows = [self._read(table, True, body) for body in bodies]
        return self.write.create(self.table(table), rows)

    def change(self, table: str, row: str, **body: Any) -> None:
        self.change_all(table, {row: body})

    def change_all(self, table: str, bodies: Mapping[str, Mapping[str, Any]]) -> None:
        """Several rows that are changed together."""
        changes = {row: self._read(table, False, body) for row, body in bodies.items()}
        self.write.update(self.table(table), changes)

    def delete(self, table: str, row: str) -> None:
        self.write.delete(self.table(table), row)

    def row(self, table: str, row: str) -> dict[str, Any]:
        """The row as it is kept, amounts and decimals as ``Decimal``."""
        found = self.write.one(table, row)
        assert found is not None, f"There is no {table} {row}."
        for column in self.table(table).columns.values():
            kept = found[column.name]
            if kept is not None and column.type == "Money":
                found[column.name] = Decimal(kept).scaleb(-4)
            elif kept is not None and column.type == "Decimal":
                found[column.name] = Decimal(kept)
        return found

    def there(self, table: str, row: str) -> bool:
        return self.write.one(table, row) is not None

    def guard(self, user: str) -> Guard:
        """What this user may do now."""
        rights = read_rights(self.connection, user)
        return Guard(rights.user, (rights,))

    @contextmanager
    def undone(self) -> Iterator[Writer]:
        """A further writer; what it writes is taken back."""
        self.connection.execute("SAVEPOINT undone")
        try:
            yield Writer(self.organization, self.connection, self.user)
        finally:
            self.connection.execute("ROLLBACK TO undone")
            self.connection.execute("RELEASE undone")

    def _read(self, table: str, creating: bool, body: Mapping[str, Any]) -> dict[str, Any]:
        found = self.table(table)
        given = {}
        for name, value in body.items():
            if name in found.navigation and isinstance(value, str | tuple):
                given[f"{name}@odata.bind"] = self._address(found, name, value)
            else:
                given[name] = Decimal(str(value)) if isinstance(value, float) else value
        return self.organization.payloads.get(found, creating).read(given)

    def _address(self, table: Table, name: str, value: str | tuple[str, str]) -> str:
        target, row = value if isinstance(value, tuple) else (table.navigation[name][1] or "systemuser", value)
        return f"/{self.organization.model[target].set}({row})"


class Trade:
    """What salespeople need before they write a document."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.numbers = iter(range(1, 10_000))

    def group(self, unit: str = "PIECE") -> tuple[str, str]:
        """A unit group and its base unit."""
        group = self.writer.create("uomschedule", name=f"NAV {unit} {next(self.numbers)}", baseuomname=unit)
        return group, self.writer.value("SELECT uomid FROM uom WHERE uomscheduleid = ?", group)

    def product(self, active: bool = True, **values: Any) -> tuple[str, str]:
        """A product that is active, and its unit."""
        group, unit = self.group()
        given = {
            "name": "Bicycle", "productnumber": f"P{next(self.numbers):05d}", "defaultuomscheduleid": group,
            "defaultuomid": unit, "quantitydecimal": 2, **values,
        }  # fmt: skip
        made = self.writer.create("product", **given)
        if active:
            self.writer.change("product", made, statecode=0)
        return made, unit

    def price_list(self, **values: Any) -> str:
        return self.writer.create("pricelevel", **{"name": f"Retail {next(self.numbers)}", **values})

    def price(
        self, price_list: str, product: tuple[str, str], amount: float | Decimal | None = 10, **values: Any
    ) -> str:
        """A line of a price list."""
        about = {"pricelevelid": price_list, "productid": product[0], "uomid": product[1]}
        return self.writer.create("productpricelevel", **{**about, "amount": amount, **values})

    def currency(self, code: str = "EUR", rate: float = 1.25, precision: int = 2) -> str:
        return self.writer.create(
            "transactioncurrency", isocurrencycode=code, currencyname=code, currencysymbol=code,
            currencyprecision=precision, exchangerate=rate,
        )  # fmt: skip

    def account(self, name: str = "Adatum Corporation", **values: Any) -> str:
        return self.writer.create("account", name=name, **values)
