"""The messages of every table, as clients look them up: which ones it has, and by which id one registers for them."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid

from integration.sandbox.dataverse.store.model import Model
from integration.sandbox.dataverse.store.values import timestamp

SINGLE = ("Create", "Update", "Delete")
BULK = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple")


def offer(connection: sqlite3.Connection, model: Model) -> None:
    """Add the messages that are not listed yet, inside a transaction."""
    for message in (*SINGLE, *BULK):
        row = _message(connection, message)
        listed = connection.execute(
            "SELECT primaryobjecttypecode FROM sdkmessagefilter WHERE sdkmessageid = ?", (row,)
        ).fetchall()
        offered = {name for (name,) in listed}
        for table in model:
            if table.name not in offered and (table.bulk or message in SINGLE):
                values = {"name": message, "sdkmessageid": row, "primaryobjecttypecode": table.name}
                _insert(connection, "sdkmessagefilter", values)


def _message(connection: sqlite3.Connection, name: str) -> str:
    found = connection.execute("SELECT sdkmessageid FROM sdkmessage WHERE name = ?", (name,)).fetchone()
    return str(found[0]) if found else _insert(connection, "sdkmessage", {"name": name})


def _insert(connection: sqlite3.Connection, table: str, values: dict[str, str]) -> str:
    row = str(uuid.uuid4())
    (version,) = connection.execute("UPDATE counter SET value = value + 1 RETURNING value").fetchone()
    now = timestamp(dt.datetime.now(dt.UTC))
    whole = {f"{table}id": row, **values, "createdon": now, "modifiedon": now, "versionnumber": version}
    names, marks = ", ".join(whole), ", ".join("?" * len(whole))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(whole.values()))  # noqa: S608
    return row
