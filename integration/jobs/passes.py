"""What a claimed job does, by kind. Nothing here decides about the job's status."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from integration.connection.document_passes import INVOICES, ready_for_documents
from integration.connection.opening import open_for_run
from integration.connection.order_writers import order_writers
from integration.connection.systems import Connected
from integration.documents.flow import Flow
from integration.documents.quotes.run import process_quotes
from integration.documents.run import create_orders
from integration.gate import Gate
from integration.jobs.create import create
from integration.jobs.dry_run.applying import carry_out
from integration.jobs.dry_run.planning import make_plan
from integration.jobs.flows.behind_matching import free_records, made_before
from integration.jobs.flows.following import follow_open
from integration.jobs.flows.invoices import follow_waiting
from integration.jobs.flows.notes import LateNotes
from integration.jobs.flows.posts import write_posts
from integration.jobs.flows.reopening import reopen
from integration.jobs.flows.statistics import upload_statistics
from integration.jobs.journal import JobJournal
from integration.jobs.undo.run import undo_run
from integration.mappings.build_rule import build_rule
from integration.mappings.flows import NOTES, ORDERS, find_mapping, mapping_of
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.models.jobs.job import SHOWN_FROM
from integration.sync.actions import Action
from integration.sync.deletions import asked_about, delete_rest, find_deletions, leave_out
from integration.sync.engine import plan as plan_pass
from integration.sync.engine import synchronize
from integration.sync.matching.run import couple_matching
from integration.sync.memory.history import label_of, naming_columns
from integration.sync.memory.ledger import Pair, State
from integration.sync.record.transfer import DescriptionDoubtful
from integration.sync.rules import DeletionPolicy, Direction, TableRule
from integration.sync.run import Changed, Counters, Options, Scope
from integration.systems.errors import ConfigurationProblem, FieldMissing, TableMissing
from integration.systems.system import DocumentSystem

UNCOUPLED_AT_ONCE = 500
OF_THE_ENGINE = (SyncJob.Kind.SYNCHRONIZE, SyncJob.Kind.PLAN, SyncJob.Kind.APPLY)
"""Kinds of runs in which records are carried by the engine, or planned to be."""
ORDERS_OFF = "Sales order integration is off. Switch it on on the Connection Setup page first."


def perform(job: SyncJob, setup: ConnectionSetup, journal: JobJournal, gate: Gate) -> Counters:
    """Make the pass. Raises what the engine raises, and ``ConfigurationProblem`` where the connection is not there."""
    kinds = {
        SyncJob.Kind.SYNCHRONIZE: _synchronize,
        SyncJob.Kind.COUPLE: _couple,
        SyncJob.Kind.UNCOUPLE: _uncouple,
        SyncJob.Kind.FIND: _find_deleted,
        SyncJob.Kind.DELETE: _delete,
        SyncJob.Kind.PLAN: make_plan,
        SyncJob.Kind.APPLY: carry_out,
        SyncJob.Kind.CREATE_ORDERS: _create_orders,
        SyncJob.Kind.PROCESS_QUOTES: _process_quotes,
        SyncJob.Kind.STATISTICS: upload_statistics,
        SyncJob.Kind.POSTS: write_posts,
        SyncJob.Kind.UNDO: undo_run,
    }
    refuse_what_is_off(setup, job.mapping)
    with open_for_run(setup, gate) as connected:
        ready = ready_for_documents(connected, job.mapping, setup) if job.kind in OF_THE_ENGINE else connected
        return kinds[SyncJob.Kind(job.kind)](job, journal, ready)


def refuse_what_is_off(setup: ConnectionSetup, mapping: TableMapping) -> None:
    """Raises ``ConfigurationProblem`` where the connection is disabled, or the part the mapping belongs to is off."""
    off = setup.why_off(mapping)
    if off:
        raise ConfigurationProblem(off)


def plan(
    mapping: TableMapping, direction: Direction, options: Options, setup: ConnectionSetup, gate: Gate
) -> Iterator[Action]:
    """What a pass would do, record by record; nothing is written anywhere."""
    refuse_what_is_off(setup, mapping)
    with open_for_run(setup, gate) as opened:
        connected = ready_for_documents(opened, mapping, setup)
        rule = build_rule(mapping, connected.erp, connected.crm)
        source, destination = connected.source_and_destination(direction)
        cursor = mapping.cursor(direction.source) or None
        context = connected.context
        yield from plan_pass(rule, direction, source, destination, mapping.couplings, cursor, options, context)


def _synchronize(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    tables = (job.mapping.erp_table, job.mapping.crm_table)
    if tables == NOTES and job.run_options.scope is Scope.CHANGED:
        return _synchronize_notes(job, journal, connected)
    counters = _carry(job, journal, connected, _wanted(job, connected))
    if tables == INVOICES:
        follow_waiting(job.mapping)
    if tables == ORDERS and job.run_options.scope is not Scope.IDS:
        follow_open(connected)
    return counters


def _synchronize_notes(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """First those that were behind the cursor before their orders were coupled."""
    late, total = LateNotes(job.mapping, Direction(job.direction), connected), Counters()
    ids = late.ids()
    if ids:
        total.add(_carry(job, journal, connected, Options(scope=Scope.IDS, ids=tuple(ids))))
    total.add(_carry(job, journal, connected, _options_from_cursor(job)))
    late.done()
    return total


def _carry(job: SyncJob, journal: JobJournal, connected: Connected, wanted: Options) -> Counters:
    direction = Direction(job.direction)
    source, destination = connected.source_and_destination(direction)
    rule = _rule(job.mapping, connected)
    ledger = job.mapping.couplings.fenced(journal.fence)
    options = replace(wanted, doubts=True)
    if options.restore:
        rule = replace(rule, deletion=DeletionPolicy.RESTORE)
    context = connected.context
    try:
        return synchronize(rule, direction, source, destination, ledger, journal, options, context)
    except DescriptionDoubtful:
        described = _described_anew(job.mapping, connected)
        again = replace(described, deletion=rule.deletion)
        if journal.takes_all_again:
            journal.count_again()
        options = replace(wanted if wanted.scope is Scope.IDS else _options_from_cursor(job), doubts=False)
        return synchronize(again, direction, source, destination, ledger, journal, options, context)


def _wanted(job: SyncJob, connected: Connected) -> Options:
    """Behind a matching run: only the pairs it has made and, where this pass creates the rest, what has no pair."""
    options = _options_from_cursor(job)
    if options.scope is not Scope.COUPLED:
        return options
    ids = made_before(job)
    if options.create:
        ids += free_records(job.mapping, Direction(job.direction), connected, job.mapping.couplings)
    return replace(options, scope=Scope.IDS, ids=tuple(dict.fromkeys(ids)))


def _rule(mapping: TableMapping, connected: Connected) -> TableRule:
    """The rule of the mapping. A column that is missing may have been made since the tables were described."""
    try:
        return build_rule(mapping, connected.erp, connected.crm)
    except FieldMissing:
        return _described_anew(mapping, connected)


def _described_anew(mapping: TableMapping, connected: Connected) -> TableRule:
    connected.erp.forget(mapping.erp_table)
    connected.crm.forget(mapping.crm_table)
    return build_rule(mapping, connected.erp, connected.crm)


def _options_from_cursor(job: SyncJob) -> Options:
    """A full pass that was broken off goes on from the page it had reached: what is behind it is done, and what is
    still open of it comes first."""
    options = job.run_options
    if options.shown and job.cursor != job.options.get(SHOWN_FROM, ""):
        options = replace(options, shown="")
    resumed = options.scope is Scope.EVERYTHING and job.cursor
    return replace(options, scope=Scope.CHANGED, compare=True) if resumed else options


def _couple(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    options = job.run_options
    return couple_matching(
        build_rule(job.mapping, connected.erp, connected.crm),
        job.mapping.criteria(),
        connected.erp,
        connected.crm,
        job.mapping.couplings.fenced(journal.fence),
        journal,
        ids=options.ids if options.scope is Scope.IDS else None,
        side=options.of,
        create_unmatched=options.create,
        winner=options.winner,
    )


def _uncouple(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """What is coupled with another record by now is not what the person saw: that stays."""
    options, couplings = job.run_options, job.mapping.couplings.fenced(journal.fence)
    there = couplings.filter(pk__lte=options.newest) if options.newest else couplings.all()
    ids = options.ids if options.scope is Scope.IDS else tuple(there.values_list("erp_id", flat=True))
    journal.begin(len(ids))
    total = Counters()
    # What an interrupted run had done is behind us: of given ids it is counted, of all couplings it is gone.
    done = job.records_done if options.scope is Scope.IDS else 0
    for start in range(done, len(ids), UNCOUPLED_AT_ONCE):
        journal.go_on()
        chunk = ids[start : start + UNCOUPLED_AT_ONCE]
        with couplings.page():
            couplings.lock(chunk)
            pairs, others = asked_about(couplings, chunk, options.coupled_with)
            names = _names(job.mapping, [*pairs, *others], connected)
            number = couplings.uncouple([one.erp_id for one in pairs], connected.erp, connected.crm)
            counters = Counters(uncoupled=number, skipped=len(others))
            journal.change(_uncoupled(pairs, names))
            leave_out(others, names, journal)
            journal.note(counters, len(chunk))
        total.add(counters)
    return total


def _uncoupled(pairs: Sequence[Pair], names: Mapping[uuid.UUID, str]) -> list[Changed]:
    """For the history: the pairs that were coupled, by name."""
    coupled = [one for one in pairs if one.state is not State.RESERVED]
    return [Changed(one.erp_id, one.crm_id, "uncoupled", [], names.get(one.erp_id, "")) for one in coupled]


def _names(mapping: TableMapping, pairs: Sequence[Pair], connected: Connected) -> dict[uuid.UUID, str]:
    """What the records of Business Central are called. A table that is there no more keeps nobody from uncoupling its
    records; they have no names then."""
    with suppress(TableMissing):
        table = connected.erp.describe(mapping.erp_table)
        there = connected.erp.get(table.name, [one.erp_id for one in pairs], naming_columns(table))
        return {id: label_of(table, record) for id, record in there.items()}
    return {}


def _create_orders(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    flow = flow_of(job, journal, connected)
    if job.run_options.scope is not Scope.IDS:
        reopen(job.mapping, connected.erp)
    return create_orders(flow)


def _process_quotes(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    def ask_for_orders(ids: Sequence[uuid.UUID]) -> None:
        options, kind = Options(scope=Scope.IDS, ids=tuple(ids)), SyncJob.Kind.CREATE_ORDERS
        create(mapping_of(ORDERS), Direction.TO_ERP, kind=kind, options=options, user=job.started_by)

    flow = replace(flow_of(job, journal, connected), ask_for_orders=ask_for_orders)
    if job.run_options.scope is not Scope.IDS:
        reopen(job.mapping, connected.erp)
    return process_quotes(flow)


def flow_of(job: SyncJob, journal: JobJournal, connected: Connected) -> Flow:
    """What the passes of documents work with. Raises ``ConfigurationProblem`` where order integration is off."""
    setup = ConnectionSetup.current()
    if not setup.order_integration_enabled:
        raise ConfigurationProblem(ORDERS_OFF)
    if not isinstance(connected.erp, DocumentSystem):
        raise ConfigurationProblem("Business Central takes no documents this way.")
    crm, notes = connected.crm, find_mapping(NOTES)
    writer = order_writers(connected, setup.order_user_id).orders if setup.order_user_id else crm
    return Flow(
        connected.erp,
        crm,
        writer,
        job.mapping.couplings.fenced(journal.fence),
        notes.couplings if notes is not None else None,
        journal,
        job.run_options,
        connected.context,
    )


def _find_deleted(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    rule, ledger = build_rule(job.mapping, connected.erp, connected.crm), job.mapping.couplings.fenced(journal.fence)
    journal.count_anew()
    return find_deletions(rule, connected.erp, connected.crm, ledger, journal)


def _delete(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    rule, ledger = build_rule(job.mapping, connected.erp, connected.crm), job.mapping.couplings.fenced(journal.fence)
    return delete_rest(rule, connected.erp, connected.crm, ledger, journal, job.run_options)
