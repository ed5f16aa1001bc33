"""Connecting two rows and parting them again, by references (``$ref``): roles of a user, members of a team, lookups.

Both can be repeated: connecting what is connected and parting what is apart count as done.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from integration.dataverse.session import Session
from integration.systems.errors import DuplicateKey, NotFound


@dataclass(frozen=True, slots=True)
class Address:
    """A row by its set and id."""

    set_name: str
    id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.set_name}({self.id})"


def associate(session: Session, row: Address, collection: str, member: Address) -> None:
    """Add a row to a collection of another (``systemuserroles_association``). Raises ``NotFound``, what the
    organization says."""
    try:
        session.request("POST", f"{row}/{collection}/$ref", body={"@odata.id": f"{session.root}{member}"})
    except DuplicateKey:
        return  # they are connected: an earlier attempt did it


def disassociate(session: Session, row: Address, navigation: str, member: Address | None = None) -> None:
    """Take a row out of a collection, or (without ``member``) clear a lookup."""
    path = f"{row}/{navigation}({member.id})/$ref" if member else f"{row}/{navigation}/$ref"
    try:
        session.request("DELETE", path)
    except NotFound:
        return  # there is nothing to part
