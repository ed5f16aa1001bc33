"""Documents that were deleted in Sales after they came here. Nothing says so by itself: what is deleted is no change
that a pass reads.

The document here stays, for a person may go on with it: it rests with the reason, as every record does whose other one
was deleted, until that person deletes it here as well, or the coupling.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from integration.documents.flow import DIRECTION, Flow, Noted
from integration.documents.lines import HEADER_TABLE
from integration.documents.sources import Source, text
from integration.sync.deletions import TWIN_DELETED
from integration.sync.memory.ledger import Pair
from integration.sync.problems import TwinGone
from integration.sync.run import Failure
from integration.systems.values import Record

NAMED = ("no", "your_reference")


def note_deleted(flow: Flow, source: Source, pairs: Sequence[Pair], noted: Noted) -> None:
    """Note those of these coupled pairs without a document in Sales whose document is still here, each once. Raises a
    ``ConnectionProblem``."""
    new = [pair for pair in pairs if pair.to_erp != TWIN_DELETED]
    here = flow.erp.get(HEADER_TABLE, [pair.erp_id for pair in new], _columns(flow)) if new else {}
    for pair in new:
        if pair.erp_id in here:
            noted.remembered.append(replace(pair, owed_erp=False, to_erp=TWIN_DELETED))
            noted.failures.append(_failure(source, pair, here))
            noted.counters.skipped += 1


def _columns(flow: Flow) -> list[str]:
    """A Business Central of its own may lack the reference."""
    there = flow.erp.describe(HEADER_TABLE).fields
    return [name for name in NAMED if name in there]


def _failure(source: Source, pair: Pair, here: Mapping[uuid.UUID, Record]) -> Failure:
    row = here[pair.erp_id]
    no, number = text(row, "no"), text(row, "your_reference")
    words = (
        f"{source.word} {number or no} was deleted in Sales after it became {source.word.lower()} {no}, which stays. "
        "Delete that one as well, or delete the coupling and go on with it."
    )
    return Failure(DIRECTION, pair.erp_id, pair.crm_id, TwinGone.code, words, no)
