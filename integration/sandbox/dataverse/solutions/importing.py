"""Carrying a solution out: its tables, columns, keys and lookups become the organization's, then come roles, web
resources and forms, and last the row of the solution. Broken off anywhere, the next import ends it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

from integration.sandbox.dataverse.metadata.customize import Change, carry_out, next_code
from integration.sandbox.dataverse.metadata.definitions import COMMON, OWNED, set_name
from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.security import roles
from integration.sandbox.dataverse.solutions.checking import check
from integration.sandbox.dataverse.solutions.columns import Line, line_of
from integration.sandbox.dataverse.solutions.package import ColumnIn, LookupIn, Package, TableIn
from integration.sandbox.dataverse.store.model import Model, Table
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.refusal import Refusal

Progress = Callable[[float], None]


def carry_in(organization: Organization, package: Package, user: str, progress: Progress) -> None:
    """Import it for a user. ``progress`` gets percents. Raises :class:`Refusal`, and then no table was changed."""
    check(organization, package)
    progress(10)
    # Columns of tables that the same file brings need those tables: two rounds, each all or nothing.
    carry_out(organization.database, organization.model, list(_tables(organization.model, package)))
    progress(40)
    carry_out(organization.database, organization.model, list(_additions(organization.model, package)))
    organization.payloads.forget()
    progress(70)
    with organization.writing(user) as write:
        _roles(write, package)
        _webs(write, package)
        _forms(write, package)
    progress(90)
    with organization.writing(user) as write:
        _solution(write, package)


# --- tables -----------------------------------------------------------------------------------------------------


def _tables(model: Model, package: Package) -> Iterator[Change]:
    """The tables that are new here, with all columns but lookups."""
    new = [table for table in package.tables if table.whole and table.name not in model.tables]
    for number, table in enumerate(new):
        yield Change("table", table.name, "", _block(table, next_code(model) + number))


def _block(table: TableIn, code: int) -> dict[str, Any]:
    columns: dict[str, Line] = dict(COMMON)
    columns.update(OWNED if table.owned == "user" else {"organizationid": ["Lookup", "", "", {"to": ["organization"]}]})
    columns.update({one.name: line_of(one) for one in table.columns if one.kind != "lookup"})
    primary = next((one.name for one in table.columns if "PrimaryName" in one.facts.get("DisplayMask", "")), "")
    return {
        "set": table.set or set_name(table.name),
        "schema": table.schema,
        "label": table.label,
        "code": code,
        "id": f"{table.name}id",
        "name": primary,
        "owned": table.owned,
        "tracked": table.tracked,
        "bulk": True,
        "custom": True,
        "collections": {},
        "columns": columns,
    }


def _additions(model: Model, package: Package) -> Iterator[Change]:
    """What tables that are here get: columns, lookups, keys."""
    lookups = {(one.table, one.column): one for one in package.lookups}
    for given in package.tables:
        table = model[given.name]
        for column in given.columns:
            if column.name not in table.columns:
                yield from _addition(model, table, column, lookups.get((given.name, column.name)))
        for key, columns in given.keys.items():
            if key not in table.keys:
                yield Change("key", given.name, key, {"columns": list(columns)})


def _addition(model: Model, table: Table, column: ColumnIn, lookup: LookupIn | None) -> Iterator[Change]:
    if column.kind != "lookup":
        yield Change("column", table.name, column.name, line_of(column))
        return
    if lookup is None or lookup.target not in model.tables:
        raise Refusal(400, "0x8004801d", f"No relationship says where the lookup {column.name} of {table.name} leads.")
    # The currency of a row is one of the service's own columns: its name in addresses is written small.
    own = column.name != "transactioncurrencyid"
    facts = {"to": [lookup.target], **({"nav": {lookup.target: column.schema}, "schema": column.schema} if own else {})}
    yield Change("column", table.name, column.name, ["Lookup", column.label, "cu", facts])
    yield Change("collection", lookup.target, lookup.schema, [table.name, column.name])


# --- rows -------------------------------------------------------------------------------------------------------


def _roles(write: Write, package: Package) -> None:
    for role in package.roles:
        roles.define(write, role.id, role.name, role.privileges)


def _webs(write: Write, package: Package) -> None:
    for web in package.webs:
        content = base64.b64encode(web.content).decode()
        kept = {"name": web.name, "displayname": web.title, "webresourcetype": web.type, "content": content}
        _put(write, "webresource", web.id, {**kept, "ismanaged": int(package.manifest.managed)})


def _forms(write: Write, package: Package) -> None:
    for table in package.tables:
        for form in table.forms:
            kept = {"name": form.name, "objecttypecode": table.name, "type": form.type, "formxml": form.xml}
            _put(write, "systemform", form.id, {**kept, "ismanaged": int(package.manifest.managed)})


def _solution(write: Write, package: Package) -> None:
    manifest = package.manifest
    publisher = _found(write, "publisher", manifest.publisher) or write.create(
        write.model["publisher"],
        [
            {
                "uniquename": manifest.publisher,
                "friendlyname": manifest.publisher_title,
                "customizationprefix": manifest.prefix,
                "customizationoptionvalueprefix": manifest.option_prefix,
            }
        ],
    )
    there = _found(write, "solution", manifest.name)
    kept = {
        "friendlyname": manifest.title,
        "description": manifest.description,
        "version": manifest.version,
        "publisherid": publisher[0],
        "ismanaged": int(manifest.managed),
        "isvisible": 1,
        "updatedon": write.now,
    }
    if there:
        write.update(write.model["solution"], {there[0]: kept})
    else:
        new = {"uniquename": manifest.name, "installedon": write.now, "solutionpackageversion": "9.2"}
        write.create(write.model["solution"], [{**new, **kept}])


def _found(write: Write, table: str, name: str) -> list[str]:
    question = f'SELECT "{table}id" FROM "{table}" WHERE uniquename = ?'  # noqa: S608 - a table of ours
    return [row for (row,) in write.connection.execute(question, (name,))]


def _put(write: Write, table: str, row: str, values: dict[str, Any]) -> None:
    model = write.model[table]
    if write.there(table, {row}):
        write.update(model, {row: values})
    else:
        write.create(model, [{model.id: row, **values}])
