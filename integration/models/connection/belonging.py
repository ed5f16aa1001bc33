"""What belongs to one address: a stored secret goes nowhere but to the place it was typed for. Pure.

A save is compared with the row as it is stored now, not as somebody read it once: of two people who save at the same
time neither sends the other's secret to an address of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

PLACE = ("url", "token_endpoint", "tenant", "client_id")
"""What says to whom a secret is sent, and as whom we come."""
HELD_FOR: Mapping[str, tuple[str, ...]] = {
    "client_secret": PLACE,
    "certificate": PLACE,
    "password": (*PLACE, "sign_in_user"),
    "odata_key": (*PLACE, "odata_user"),
}
"""Column of a secret -> what it was typed for."""

Texts = Mapping[str, str]
"""Column -> its value as a text, of a secret the encrypted one."""


def digest(values: Collection[str]) -> str:
    """One short text that is the same only for the same values; it may be kept in a person's session."""
    return hashlib.sha256(json.dumps(list(values)).encode()).hexdigest()


@dataclass(frozen=True)
class Saving:
    """What a save of the connection is about to change.

    ``ours``: the values of the object that is saved; ``read``: what it was read with; ``stored``: what the row holds
    now; ``written``: the columns that are saved, ``None`` for all.

    A secret that is stored belongs to what is stored beside it, one that the object was read with to what it was read
    with, and one that was typed since to what the object holds now:

        stored          read            typed                   columns     after the save
        A, secret a     A, secret a     address B               all         B, no secret
        A, secret a     A, secret a     address B, secret b     all         B, secret b
        B, secret b     A, secret a     secret a2               the secret  B, no secret
        B, secret b     A, secret a     another switch          all         A, secret a
    """

    ours: Texts
    read: Texts
    stored: Texts
    written: Collection[str] | None = None

    @cached_property
    def after(self) -> Texts:
        """What is going to be stored."""
        names = [name for name in self.ours if self.written is None or name in self.written]
        return {**self.stored, **{name: self.ours[name] for name in names}}

    @property
    def moved(self) -> list[str]:
        """Which columns of ``PLACE`` change."""
        return [name for name in PLACE if self.after[name] != self.stored[name]]

    @property
    def strangers(self) -> list[str]:
        """The secrets that were typed for another place than the one that is going to be stored."""
        return [secret for secret in HELD_FOR if self.after[secret] and not self._fits(secret)]

    def _fits(self, secret: str) -> bool:
        kept = self.after[secret]
        if kept == self.stored[secret]:
            beside = self.stored
        elif kept == self.read.get(secret):
            beside = self.read
        else:
            beside = self.ours
        return all(beside.get(name, self.stored[name]) == self.after[name] for name in HELD_FOR[secret])
