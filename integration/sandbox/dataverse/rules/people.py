"""Contacts and users: full names, and what a new user needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.folding import folded
from integration.sandbox.dataverse.store.model import Table

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

NON_INTERACTIVE = 4


def full_name(first: Any, last: Any) -> str | None:
    return " ".join(part for part in (first, last) if part) or None


def name_contacts(write: Write, table: Table, rows: list[Values]) -> None:
    """New contacts: the full name, and the account behind the parent customer."""
    for row in rows:
        row["fullname"] = full_name(row.get("firstname"), row.get("lastname"))
        _repeat_parent(row)


def rename_contact(write: Write, table: Table, current: Values, values: Values) -> None:
    if "firstname" in values or "lastname" in values:
        merged = {**current, **values}
        values["fullname"] = full_name(merged["firstname"], merged["lastname"])
    if "parentcustomerid" in values:
        _repeat_parent(values)


def _repeat_parent(row: Values) -> None:
    kind = row.get("parentcustomeridtype")
    row["accountid"] = row.get("parentcustomerid") if kind == "account" else None
    row["parentcontactid"] = row.get("parentcustomerid") if kind == "contact" else None


def complete_users(write: Write, table: Table, rows: list[Values]) -> None:
    """New users: the full name, the sign-in name, the root business unit; an application's user is not interactive
    and there is one per application."""
    for row in rows:
        row["fullname"] = full_name(row.get("firstname"), row.get("lastname"))
        row["domainname"] = row.get("domainname") or row.get("internalemailaddress")
        if row.get("businessunitid") is None:
            row["businessunitid"] = root_unit(write)
        if row.get("applicationid") is not None:
            row["accessmode"], row["islicensed"] = NON_INTERACTIVE, 0
            _check_application(write, row)


def move_user(write: Write, table: Table, current: Values, values: Values) -> None:
    """Roles belong to a business unit, so who moves to another loses them."""
    if values.get("businessunitid", current["businessunitid"]) != current["businessunitid"]:
        write.connection.execute("DELETE FROM systemuserroles WHERE systemuserid = ?", (current[table.id],))


def rename_user(write: Write, table: Table, current: Values, values: Values) -> None:
    if "firstname" in values or "lastname" in values:
        merged = {**current, **values}
        values["fullname"] = full_name(merged["firstname"], merged["lastname"])


def complete_teams(write: Write, table: Table, rows: list[Values]) -> None:
    for row in rows:
        if row.get("businessunitid") is None:
            row["businessunitid"] = root_unit(write)
        if row.get("administratorid") is None:
            row["administratorid"] = write.user


def root_unit(write: Write) -> str | None:
    """The business unit without a parent."""
    found = write.connection.execute(
        "SELECT businessunitid FROM businessunit WHERE parentbusinessunitid IS NULL ORDER BY versionnumber LIMIT 1"
    ).fetchone()
    return found[0] if found else None


def _check_application(write: Write, row: Values) -> None:
    """One user for an application, with an address that no other user has."""
    mail = row.get("internalemailaddress")
    if not mail:
        raise refusals.invalid("Attribute: internalemailaddress of systemuser cannot be NULL.")
    duplicate = write.connection.execute(
        "SELECT 1 FROM systemuser WHERE applicationid = ? OR folded(internalemailaddress) = ?",
        (row["applicationid"], folded(mail)),
    ).fetchone()
    if duplicate:
        raise refusals.duplicate()


def complete_posts(write: Write, table: Table, rows: list[Values]) -> None:
    """A post says something about somebody or something; long ones begin in the short column."""
    for row in rows:
        row["text"] = row.get("text") or (row.get("largetext") or "")[: table.columns["text"].length] or None
        if row["text"] is None or row.get("regardingobjectid") is None:
            raise refusals.invalid("A post needs its text and what it is regarding.")
