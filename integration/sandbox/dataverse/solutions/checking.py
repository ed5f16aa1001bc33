"""Is a solution sound in itself, and does it fit this organization? Nothing is changed before that is known."""

from __future__ import annotations

import re

from integration.sandbox.dataverse.metadata.definitions import COMMON, OWNED, set_name
from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.security.privileges import depth
from integration.sandbox.dataverse.solutions.columns import KINDS, line_of
from integration.sandbox.dataverse.solutions.opening import bad_xml
from integration.sandbox.dataverse.solutions.package import ColumnIn, Package, RoleIn, TableIn
from integration.sandbox.dataverse.store.model import Model
from integration.sandbox.dataverse.store.values import guid
from integration.sandbox.shell.refusal import Refusal

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
MOST_IN_KEY = 16


def check(organization: Organization, package: Package) -> None:
    """Refuse what cannot be imported here."""
    manifest, model = package.manifest, organization.model
    missing = [table.schema for table in package.tables if not table.whole and table.name not in model.tables]
    missing += [one for one in manifest.requires if one.lower() not in model.tables]
    if missing:
        raise Refusal(
            400, "0x8004801d", f"The following components are missing in this organization: {', '.join(missing)}."
        )
    found = organization.database.connection().execute(
        "SELECT s.ismanaged, p.uniquename FROM solution s JOIN publisher p ON p.publisherid = s.publisherid "
        "WHERE s.uniquename = ?",
        (manifest.name,),
    )
    for managed, publisher in found.fetchall():
        if publisher != manifest.publisher:
            raise Refusal(400, "0x8004801c", "The publisher of the installed solution is another one.")
        if bool(managed) != manifest.managed:
            code = "0x80048041" if managed else "0x80048040"
            kinds = ("managed", "unmanaged") if managed else ("unmanaged", "managed")
            raise Refusal(400, code, f"The solution is installed as {kinds[0]} here; this file holds it as {kinds[1]}.")
    _check_once("Entity", [table.name for table in package.tables])
    for table in package.tables:
        _check_table(model, table)
    for web in package.webs:
        _check_id("WebResource", web.name, web.id)
    for role in package.roles:
        _check_role(role)


def _check_table(model: Model, table: TableIn) -> None:
    new = table.name not in model.tables
    names = [column.name for column in table.columns]
    _check_once(f"attribute of {table.name}", names)
    for name in (table.name, *names, *table.keys):
        if not NAME.fullmatch(name):
            raise bad_xml("customizations.xml", f"'{name}' is no name for a table, a column or a key")
    if new:
        _check_new(model, table)
    for column in table.columns:
        _check_column(model, table, column)
    allowed = {*names, *COMMON, *OWNED} if new else {*names, *model[table.name].columns}
    for key, columns in table.keys.items():
        if not 0 < len(columns) <= MOST_IN_KEY or not allowed.issuperset(columns) or len(set(columns)) < len(columns):
            raise bad_xml("customizations.xml", f"the key {key} of {table.name} names columns that are not there")
    for form in table.forms:
        _check_id("systemform", form.name, form.id)


def _check_new(model: Model, table: TableIn) -> None:
    """A table of its own needs its primary key, its primary name and a set nobody else has."""
    kinds = {column.name: column.kind for column in table.columns}
    named = [column for column in table.columns if "PrimaryName" in column.facts.get("DisplayMask", "")]
    if kinds.get(f"{table.name}id") != "primarykey" or len(named) != 1 or named[0].kind != "nvarchar":
        raise bad_xml("customizations.xml", f"{table.name} needs one primary key and one primary name")
    if list(kinds.values()).count("primarykey") > 1:
        raise bad_xml("customizations.xml", f"{table.name} has two primary keys")
    if set(kinds) & {*COMMON, *OWNED, "organizationid"}:
        raise bad_xml("customizations.xml", f"{table.name} defines a column that every table has")
    called = table.set or set_name(table.name)
    if not NAME.fullmatch(called) or called in model.sets:
        raise bad_xml("customizations.xml", f"the set name '{called}' of {table.name} is taken or no name")


def _check_role(role: RoleIn) -> None:
    _check_id("Role", role.name, role.id)
    for name, level in role.privileges.items():
        try:
            depth(level)
        except ValueError as error:
            raise bad_xml(
                "customizations.xml", f"the level '{level}' of {name} in {role.name} does not exist"
            ) from error


def _check_id(kind: str, name: str, id: str) -> None:
    if guid(id) != id:
        raise bad_xml("customizations.xml", f"the id '{id}' of the {kind} “{name}” is none")


def _check_once(kind: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise bad_xml("customizations.xml", f"the {kind} {', '.join(twice)} stands there twice")


def _check_column(model: Model, table: TableIn, column: ColumnIn) -> None:
    if column.kind not in KINDS:
        raise Refusal(400, "0x8004802c", f"The type '{column.kind}' of {table.name}.{column.name} is not known here.")
    try:
        line_of(column)
    except (ValueError, ArithmeticError) as error:
        raise bad_xml("customizations.xml", f"a limit of {table.name}.{column.name} is wrong ({error})") from error
    there = model.tables[table.name].columns.get(column.name) if table.name in model.tables else None
    wanted = KINDS[column.kind][0]
    if there is not None and there.type != wanted:
        raise Refusal(
            400,
            "0x80048034",
            f"{table.name}.{column.name} exists with the type {there.type}; the solution wants {wanted}.",
        )
