"""What people do with documents of Dynamics 365 Sales: have them made here, tried again, decided, deleted.

A decision is a run over these documents that says who wins: ``winner`` of the options is Business Central where it is
to be kept as it is, Sales where what changed there is to be taken over.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from integration import jobs
from integration.connection import systems
from integration.jobs.create import Person
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.models.stored.audit import AuditEntry, record
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.errors import ConfigurationProblem, Problem
from integration.systems.values import Row, Side
from integration.views.sales.became import GONE, HEADER, INVOICED, read
from integration.views.sales.kinds import ORDERS, Kind
from integration.views.sales.lines import coupled

NO_MAPPING = "The mapping {} is not there. Enable the connection once more to get it."
ORDERS_OFF = "Sales order integration is off. Connection Setup switches it on."
NONE_LEFT = "Nothing is left to do with these."
NOT_COUPLED = "This {} has nothing in Business Central that could be kept, changed or deleted."
ALL_INVOICED = "Invoiced already: {}."
DELETED = (
    "What became of {} of these was deleted in Business Central. A run makes them active in Dynamics 365 Sales again; "
    "whoever submits them there once more has them made here once more."
)
KEEP, TAKE_OVER = "keep", "takeover"
WINNERS = {KEEP: Side.ERP, TAKE_OVER: Side.CRM}


def create(kind: Kind, ids: Sequence[uuid.UUID], user: Person) -> tuple[SyncJob | None, list[str]]:
    """Have documents of Business Central made of these, also of those that rest after failing. Answers the job (none
    where nothing is left) and which of them are there already, in words. Raises ``ConfigurationProblem``."""
    mapping = _ready(kind)
    pairs = coupled(mapping, ids)
    whole = _whole(kind, pairs)
    deleted, there = _there_already(kind, whole)
    left = tuple(id for id in ids if id not in whole)
    mapping.couplings.retry([pair.erp_id for pair in pairs.values()])
    told = jobs.start(mapping, Direction.TO_CRM, user=user) if deleted else None
    return (_begin(kind, left, user) if left else told), there


def create_another(kind: Kind, ids: Sequence[uuid.UUID], user: Person) -> SyncJob:
    """The same although a document of Business Central refers to them already. Raises ``ConfigurationProblem``."""
    mapping = _ready(kind)
    mapping.couplings.retry([pair.erp_id for pair in coupled(mapping, ids).values()])
    return jobs.create_orders(ids, another=True, user=user)


def retry(kind: Kind, ids: Sequence[uuid.UUID], user: Person) -> SyncJob:
    """Try these again, whatever became of them so far; of what was deleted here Sales is told. Raises
    ``ConfigurationProblem``."""
    mapping = _ready(kind)
    pairs = coupled(mapping, ids)
    mapping.couplings.retry([pair.erp_id for pair in pairs.values()])
    deleted, _ = _there_already(kind, _whole(kind, pairs))
    return jobs.start(mapping, Direction.TO_CRM, user=user) if deleted == len(ids) else _begin(kind, ids, user)


def decide(kind: Kind, ids: Sequence[uuid.UUID], decision: str, user: Person) -> SyncJob:
    """``keep`` what Business Central has, or take over (``takeover``) what changed in Sales. Raises
    ``ConfigurationProblem``."""
    mapping = _ready(kind)
    pairs = _coupled(kind, mapping, ids)
    for pair in pairs:
        words = {"decision": decision, "erp_id": pair.erp_id, "crm_id": pair.crm_id}
        record(AuditEntry.Action.DECIDED, f"sales {kind.noun}", mapping, after=words)
    mapping.couplings.retry([pair.erp_id for pair in pairs])
    ids, twins = tuple(pair.crm_id for pair in pairs), tuple(pair.erp_id for pair in pairs)
    options = Options(scope=Scope.IDS, ids=ids, twins=twins, force=True, winner=WINNERS[decision])
    return jobs.start(mapping, Direction.TO_ERP, kind=kind.job, options=options, user=user)


def delete(kind: Kind, ids: Sequence[uuid.UUID], user: Person) -> tuple[SyncJob | None, list[str]]:
    """Delete the documents of Business Central that these became; a run brings Sales in line. Answers the job, and in
    words which could not be deleted. Raises ``ConfigurationProblem``."""
    mapping = _ready(kind)
    pairs = _coupled(kind, mapping, ids)
    answers = systems.open_erp().delete(HEADER, [Row(pair.erp_id) for pair in pairs])
    refused = [str(one.error) for one in answers if one.error is not None]
    gone = tuple(pair.crm_id for pair, one in zip(pairs, answers, strict=True) if one.ok)
    for id in gone:
        record(AuditEntry.Action.DELETED, f"sales {kind.noun}", mapping, before={"crm_id": id})
    return (jobs.start(mapping, Direction.TO_CRM, user=user) if gone else None), refused


def _ready(kind: Kind) -> TableMapping:
    """The mapping, where everything is switched on. Raises ``ConfigurationProblem``."""
    mapping, setup = kind.stored_mapping(), ConnectionSetup.current()
    if mapping is None:
        raise ConfigurationProblem(NO_MAPPING.format(kind.mapping))
    off = setup.why_off(mapping) or ("" if setup.order_integration_enabled else ORDERS_OFF)
    if off:
        raise ConfigurationProblem(off)
    return mapping


def _coupled(kind: Kind, mapping: TableMapping, ids: Sequence[uuid.UUID]) -> list[Pair]:
    pairs = [pair for pair in coupled(mapping, ids).values() if pair.state is not State.RESERVED]
    if not pairs:
        raise ConfigurationProblem(NOT_COUPLED.format(kind.noun))
    return pairs


def _whole(kind: Kind, pairs: Mapping[uuid.UUID, Pair]) -> dict[uuid.UUID, Pair]:
    """Orders that became one here. A quote can be processed time and again."""
    return {id: pair for id, pair in pairs.items() if pair.state is not State.RESERVED} if kind is ORDERS else {}


def _there_already(kind: Kind, pairs: Mapping[uuid.UUID, Pair]) -> tuple[int, list[str]]:
    """What became of these, in words, and of how many it was deleted by somebody."""
    if not pairs:
        return 0, []
    try:
        erp = systems.open_erp()
        became = read(kind, erp, pairs)
        headers = erp.get(HEADER, [pair.erp_id for pair in pairs.values()], ("no", "your_reference"))
    except Problem as problem:
        return 0, [str(problem)]
    named = [one.values for one in headers.values()]
    there = [f"{one['your_reference']} is {kind.noun} {one['no']} already." for one in named]
    invoiced = ", ".join(one.text for one in became.values() if one.state == INVOICED and not one.is_there)
    deleted = sum(one.state == GONE for one in became.values())
    there += [ALL_INVOICED.format(invoiced)] if invoiced else []
    return deleted, [*there, *([DELETED.format(deleted)] if deleted else [])]


def _begin(kind: Kind, ids: Sequence[uuid.UUID], user: Person) -> SyncJob:
    return (jobs.create_orders if kind is ORDERS else jobs.process_quotes)(ids, user=user)
