"""Webhooks as they are registered: where to post, with which secret, and after which message on which table.

The secret is kept beside the table: it is written, never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.dataverse.webhooks.address import CODE, HEADER, QUERY, check_address, read_settings

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

WEBHOOK = 8
ASYNCHRONOUS, POST_OPERATION = 1, 40
HEARD = ("Create", "Update", "Delete")


def check_new(write: Write, table: Table, rows: list[Values]) -> None:
    """New endpoints: webhooks only, at an address that may be called, with a secret."""
    for row in rows:
        if row.get("contract") != WEBHOOK:
            raise refusals.not_offered("service endpoints other than webhooks")
        _check(row, row.get("authvalue"))
        _keep_secret(write, row[table.id], row)


def check_change(write: Write, table: Table, current: Values, values: Values) -> None:
    merged = {**current, **values}
    moved = "authtype" in values and values["authtype"] != current["authtype"]
    secret = (
        values.get("authvalue") if moved or "authvalue" in values else secret_of(write.connection, current[table.id])
    )
    _check(merged, secret)
    if "authvalue" in values:
        _keep_secret(write, current[table.id], values)


def forget(write: Write, table: Table, current: Values) -> None:
    write.connection.execute("DELETE FROM endpoint_secret WHERE endpoint = ?", (current[table.id],))


def secret_of(connection: Any, endpoint: str) -> str | None:
    """What the endpoint is called with."""
    found = connection.execute("SELECT value FROM endpoint_secret WHERE endpoint = ?", (endpoint,)).fetchone()
    return found[0] if found else None


def check_new_steps(write: Write, table: Table, rows: list[Values]) -> None:
    for row in rows:
        _check_step(write, row)


def check_changed_step(write: Write, table: Table, current: Values, values: Values) -> None:
    _check_step(write, {**current, **values})


def _check(endpoint: Values, secret: str | None) -> None:
    check_address(endpoint.get("url"))
    kind = endpoint.get("authtype")
    if kind not in (CODE, HEADER, QUERY):
        raise refusals.invalid("A webhook is called with a key, a header or a query string: 'authtype' 4, 5 or 6.")
    if not secret:
        raise refusals.invalid("Attribute: authvalue of serviceendpoint cannot be NULL.")
    if kind in (HEADER, QUERY):
        read_settings(secret)


def _keep_secret(write: Write, endpoint: str, values: Values) -> None:
    write.connection.execute(
        "INSERT OR REPLACE INTO endpoint_secret VALUES (?, ?)", (endpoint, values.pop("authvalue"))
    )
    values["isauthvalueset"] = 1


def _check_step(write: Write, step: Values) -> None:
    """A step listens to one message, on one table or on all, after it has been carried out."""
    if step.get("mode") != ASYNCHRONOUS or step.get("stage") != POST_OPERATION:
        raise refusals.not_offered("steps that are not asynchronous (mode 1) and after the operation (stage 40)")
    if step.get("eventhandler") is None or step.get("sdkmessageid") is None:
        raise refusals.invalid("A step needs its message and its endpoint.")
    message = write.one("sdkmessage", step["sdkmessageid"])
    if message is not None and message["name"] not in HEARD:
        raise refusals.not_offered(f"steps of the message {message['name']}")
    if step.get("sdkmessagefilterid") is not None:
        found = write.one("sdkmessagefilter", step["sdkmessagefilterid"])
        if found is not None and found["sdkmessageid"] != step["sdkmessageid"]:
            raise refusals.invalid("The filter of the step belongs to another message.")
