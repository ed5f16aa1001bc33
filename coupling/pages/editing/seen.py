"""What a page of a record showed.

The page carries it along, signed. What is stored now is compared with it when the page comes back::

    Annette                                   Bert
    opens C00010 (Phone No. 1111)
                                              opens it too, saves Phone No. 2222
    types Phone No. 3333, City Bath, saves
      -> nothing is written: "Bert changed Phone No. at 14:02 to 2222". Her 3333 and Bath are still there; what she
         had not touched shows what is stored. She saves again, and 3333 stands; or takes 2222.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core import signing
from django.utils import timezone

SALT = "what was seen of a record"


@dataclass(frozen=True, slots=True)
class Seen:
    """The inputs of a page as they stood in it, and since when. ``nonce`` tells one New from another."""

    values: Mapping[str, str]
    at: dt.datetime = field(default_factory=timezone.now)
    nonce: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def stamp(self) -> str:
        """Signed, to be sent back with the page."""
        kept = {"values": dict(self.values), "at": self.at.isoformat(), "nonce": self.nonce}
        return signing.dumps(kept, salt=SALT, compress=True)

    def new_id(self, typed: Mapping[str, str]) -> uuid.UUID:
        """The id of the record that this page makes of what was typed, however often it is sent. Who goes back in the
        browser and types something else makes another one."""
        return uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([self.nonce, dict(typed)], sort_keys=True))


def read_stamp(token: str) -> Seen | None:
    """What was seen, from the stamp of a page; ``None`` where that is not ours."""
    try:
        kept = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Seen(kept["values"], dt.datetime.fromisoformat(kept["at"]), kept["nonce"])
