"""Refusals in the words of the person at the page. The organization's own text names principals, counts and numbers of
privileges; most other refusals are said well enough already.

Faults and latency that are injected concern the Web API, so that a person can set things up at the page while programs
are being tried; the page says why its own requests are refused.
"""

from __future__ import annotations

import re

from integration.sandbox.dataverse.store.model import Model

PRIVILEGE = re.compile(
    r"missing (?P<name>prv(?P<verb>[A-Z][a-z]+(?:To)?)\w*) privilege.*?(?:entity '(?P<table>\w+)')?\.$"
)
ACCESS = re.compile(r"does not have (?P<verb>\w+)Access right\(s\) for record with id \S+ of entity (?P<table>\w+)\.$")
MAY = {
    "Create": "create",
    "Read": "see",
    "Write": "change",
    "Delete": "delete",
    "Append": "add anything to",
    "AppendTo": "refer to",
    "Assign": "give away",
    "Share": "share",
}
OF_AN_OWNER = {
    "0x80040225": "The person or team that you give it to is disabled. Choose somebody else.",
    "0x80042f09": "The person that you give it to has no security role. Choose somebody else.",
    "0x80040220": "None of the security roles of the person or team that you give it to lets them see such records.",
}
WHOLE = {
    "0x80041d1f": "You are disabled in this organization. An administrator can enable you again.",
    "0x8004d24b": "You have no licence in this organization. An administrator can assign one.",
    "0x80042f09": "You have no security role in this organization. An administrator can assign one.",
    "0x80060882": "Somebody else changed the record meanwhile. Open it again.",
}


def for_people(model: Model, code: str, message: str, who: str) -> str:
    """What a refusal means to ``who`` pressed the button, a user's id."""
    if code in OF_AN_OWNER and who not in message:
        return OF_AN_OWNER[code]
    if code in WHOLE:
        return WHOLE[code]
    if found := ACCESS.search(message):
        return f"You may not {_may(found)} this {_label(model, found)}: it belongs to somebody else."
    if found := PRIVILEGE.search(message):
        what = f"{_may(found)} a record of “{_label(model, found)}”" if found["table"] else "do this"
        return f"None of your security roles lets you {what} ({found['name']})."
    return message


def _may(found: re.Match[str]) -> str:
    return MAY.get(found["verb"], "use")


def _label(model: Model, found: re.Match[str]) -> str:
    table = model.tables.get(found["table"])
    return table.label.lower() if table is not None else found["table"]
