"""What would become of documents of Sales if a run took them now: its plan, and nothing is written."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from integration.documents.lookups import Lookups
from integration.documents.orders import Plan, plan
from integration.documents.reading import SalesReader
from integration.documents.sources import Source
from integration.sync.memory.ledger import Ledger
from integration.sync.rules import Context
from integration.systems.system import System


def outlook(
    source: Source, erp: System, crm: System, ledger: Ledger, context: Context, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Plan]:
    """The plan of each of these documents that is there. A fixed number of questions, however many they are. Raises a
    ``ConnectionProblem``, and what a table says that lacks a column."""
    reader = SalesReader(crm, source)
    documents = reader.documents(list(reader.headers(ids).values()), notes=False) if ids else []
    if not documents:
        return {}
    known = Lookups(erp, ledger, context).known(documents, reader.rows(documents))
    return {each.id: plan(each, each.id, known) for each in documents}
