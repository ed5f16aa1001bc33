"""Who may sign in to the organization by hand."""

from __future__ import annotations

import sqlite3

from integration.sandbox.shell.authorize import Person

PEOPLE = (
    "SELECT systemuserid, fullname, internalemailaddress, title FROM systemuser "
    "WHERE applicationid IS NULL AND isdisabled = 0 AND accessmode IN (0, 1) "
    "ORDER BY title IS 'System Administrator' DESC, fullname"
)


def people_to_sign_in(connection: sqlite3.Connection) -> list[Person]:
    """Administrators come first, as it is mostly they who are asked to sign in."""
    return [Person(id, name or "", mail or "", title or "") for id, name, mail, title in connection.execute(PEOPLE)]
