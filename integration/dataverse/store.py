"""A Dynamics 365 Sales organization as a :class:`System`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

from integration.dataverse import batch, rows
from integration.dataverse.metadata import Entity, Metadata
from integration.dataverse.options import OptionTable
from integration.dataverse.problems import problem_of
from integration.dataverse.reading import changes, fetch, look, query
from integration.dataverse.session import Cache, Session
from integration.dataverse.writing import closed
from integration.dataverse.writing.actions import ACTIONS, STATES, Actor
from integration.dataverse.writing.blame import ABOUT_USER, ErrorAttribution
from integration.dataverse.writing.bulk import Writer
from integration.dataverse.writing.documents import DocumentWriter
from integration.systems.errors import BadAnswer, FieldMissing, NotAMember, PrivilegeMissing, Refused, TableMissing
from integration.systems.filters import EVERYTHING, Filter
from integration.systems.system import NAMED_AT_ONCE, KeyedSystem
from integration.systems.values import (
    Document,
    Identity,
    Page,
    Record,
    Row,
    Side,
    Table,
    Written,
    is_option_table,
    split_option_table,
)

LARGEST_PAGE = 5000
PAGE = 1000
"""Rows read at once: one transaction on the other side, so not the largest page there is."""


class SalesOrganization(KeyedSystem):
    """Records of the Web API. A version is the row's etag. ``act`` knows the verbs of ``actions.py``, and for option
    columns ``add_option``."""

    side = Side.CRM
    remote = True
    counts_all = False

    def __init__(self, session: Session, metadata_cache: Cache | None = None, *, zone: str = "") -> None:
        self.session = session
        self.metadata = Metadata(session, metadata_cache, zone)
        self.page_size = PAGE
        self._actor = Actor(session, self._state_of)

    @property
    def requests(self) -> int:
        """How many requests for rows were sent so far; tokens and metadata are not among them."""
        return self.session.requests

    def acting_as(self, user_id: uuid.UUID) -> SalesOrganization:
        """The same organization over the same line, but what is written counts as written by this ``systemuser``.
        Raises ``NotAMember`` where there is no such user."""
        found = self.get("systemuser", [user_id], ["azureactivedirectoryobjectid"]).get(user_id)
        if found is None:
            raise NotAMember("The user to act for does not exist in the organization.")
        of_directory = found.values["azureactivedirectoryobjectid"]
        user = of_directory if isinstance(of_directory, uuid.UUID) else user_id
        other = copy(self)
        other.session = self.session.acting_as(user, of_directory=user is of_directory)
        other._actor = Actor(other.session, other._state_of)
        return other

    def close(self) -> None:
        """Give the connections back; one that acts for somebody leaves them to the one it was made of."""
        self.session.close()

    # --- about --------------------------------------------------------------------------------------------

    def check(self) -> Identity:
        """Asked once, without patience: a person waits for the answer."""
        who = self.session.request("GET", "WhoAmI", tries=1).json()
        try:
            organization_id, user_id = (uuid.UUID(str(who[name])) for name in ("OrganizationId", "UserId"))
        except (KeyError, TypeError, ValueError) as error:
            words = "This address does not answer as a Dynamics 365 Sales organization does. Check the URL."
            raise BadAnswer(words, raw=str(who)[:500]) from error
        name, version = self._name_and_version(organization_id)
        return Identity(organization_id, name, user_id, version)

    def _name_and_version(self, organization_id: uuid.UUID) -> tuple[str, str]:
        parts = [
            batch.Part("GET", f"organizations({organization_id})?$select=name"),
            batch.Part("GET", "RetrieveVersion"),
        ]
        names = []
        for answer, key in zip(batch.send(self.session, parts), ("name", "Version"), strict=True):
            problem = None if answer.ok else problem_of(answer)
            if problem is not None and not isinstance(problem, PrivilegeMissing):
                raise problem
            found = None if problem else answer.json()
            names.append(str(found.get(key) or "") if isinstance(found, dict) else "")
        return names[0], names[1]

    def tables(self) -> Sequence[tuple[str, str]]:
        return self.metadata.tables()

    def describe(self, table: str) -> Table:
        if is_option_table(table):
            return OptionTable(self.metadata, table).table
        return self.metadata.entity(table).table

    def forget(self, table: str) -> None:
        self.metadata.forget(split_option_table(table)[0])

    @contextmanager
    def _entity(self, table: str) -> Iterator[Entity]:
        """The table's description. If the organization meanwhile knows the table or a column no more, what is kept of
        it is thrown away, so that the next one to ask sees the table as it is."""
        try:
            yield self.metadata.entity(table)
        except (FieldMissing, TableMissing):
            self.metadata.forget(table)
            raise

    # --- reading ------------------------------------------------------------------------------------------

    def changes(
        self, table: str, fields: Sequence[str], since: str | None = None, where: Filter = EVERYTHING, by: str = ""
    ) -> Iterator[Page]:
        if is_option_table(table):
            self.metadata.forget(split_option_table(table)[0])
            yield OptionTable(self.metadata, table).changes(fields, since)
            return
        with self._entity(table) as entity:
            yield from changes.read(self.session, entity, fields, since, where, self.page_size, by)

    def get(self, table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        wanted = list(dict.fromkeys(ids))
        if is_option_table(table):
            records = OptionTable(self.metadata, table).records(fields)
            found = {record.id: record for record in records}
        else:
            found = self._rows(table, wanted, fields)
        return {id: found[id] for id in wanted if id in found}

    def _rows(self, table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        with self._entity(table) as entity:
            select = query.select(entity, rows.columns(entity, fields))
            paths = [
                entity.set_name + query.options(select=select, filter=query.any_of_ids(entity.key, chunk))
                for chunk in query.chunks_of_ids(ids)
            ]
            headers = {"Prefer": rows.ANNOTATIONS if len(ids) <= NAMED_AT_ONCE else rows.KINDS_ONLY}
            reader = rows.Reader(entity, fields)
            answers = self._answers(paths, headers)
            return {record.id: record for answer in answers for record in reader.records(answer)}

    def _answers(self, paths: Sequence[str], headers: Mapping[str, str]) -> list[Any]:
        """One request, however many paths."""
        if len(paths) < 2:
            return [batch.read_one(self.session, path, headers) for path in paths]
        return batch.read_each(self.session, paths, headers)

    def find(
        self,
        table: str,
        where: Filter = EVERYTHING,
        fields: Sequence[str] = (),
        order: Sequence[str] = (),
        size: int | None = None,
        after: str | None = None,
    ) -> Page:
        if is_option_table(table):
            return OptionTable(self.metadata, table).find(where, fields, order, size, after)
        with self._entity(table) as entity:
            headers = {"Prefer": f"{rows.ANNOTATIONS},odata.maxpagesize={min(size or self.page_size, LARGEST_PAGE)}"}
            path = after or entity.set_name + query.options(
                select=query.select(entity, rows.columns(entity, fields)),
                filter=query.where(entity, where),
                orderby=query.order(entity, order),
            )
            answer = batch.read_one(self.session, path, headers)
            records = rows.Reader(entity, fields).records(answer)
            return Page(records, (), changes.onward(self.session, answer, path) or None)

    def count(self, table: str, where: Filter = EVERYTHING) -> int:
        if is_option_table(table):
            return len(OptionTable(self.metadata, table).find(where, (), (), None, None).records)
        with self._entity(table) as entity:
            path = entity.set_name + query.options(select=entity.key, filter=query.where(entity, where), count="true")
            counted = _number(entity, batch.read_one(self.session, path, {"Prefer": "odata.maxpagesize=1"}))
            beyond = fetch.count(self.session, entity, where) if counted >= LARGEST_PAGE else None
            return max(counted, beyond or 0)

    def count_each(self, asked: Sequence[tuple[str, Filter]]) -> list[int]:
        """How many rows of each table match, at most 5,000 of each; one request."""
        counted: list[tuple[Entity, str]] = []
        for table, where in asked:
            with self._entity(table) as entity:
                options = query.options(select=entity.key, filter=query.where(entity, where), count="true")
                counted.append((entity, entity.set_name + options))
        headers = {"Prefer": "odata.maxpagesize=1"}
        answers = batch.read_each(self.session, [path for _, path in counted], headers) if counted else []
        return [_number(entity, answer) for (entity, _), answer in zip(counted, answers, strict=True)]

    def have_changed(self, cursors: Sequence[tuple[str, str]]) -> list[bool]:
        """For each (table, cursor of ``changes``): has anything changed since? One request, which moves no cursor.
        Option columns are described and not read, so they never have."""
        asked = [(self.metadata.entity(table), cursor) for table, cursor in cursors if not is_option_table(table)]
        answers = iter(look.look(self.session, asked))
        return [not is_option_table(table) and next(answers) for table, _ in cursors]

    # --- writing ------------------------------------------------------------------------------------------

    def insert(self, table: str, rows: Sequence[Row]) -> list[Written]:
        return self._write(table, rows, Writer.create, "Options are added by a person, one by one.")

    def update(self, table: str, rows: Sequence[Row]) -> list[Written]:
        """Orders and invoices that name their ``from_states`` are opened and closed again (``closed.py``)."""
        opened = [place for place, row in enumerate(rows) if closed.opens(table, row)]
        if not opened:
            return self._write(table, rows, Writer.update, "Options are renamed by a person.")
        plain = iter(self.update(table, [row for row in rows if not closed.opens(table, row)]))
        with self._entity(table) as entity:
            written = closed.ClosedWriter(self.session, entity).update([rows[place] for place in opened])
        answers = dict(zip(opened, written, strict=True))
        return [answers[place] if place in answers else next(plain) for place in range(len(rows))]

    def delete(self, table: str, rows: Sequence[Row]) -> list[Written]:
        return self._write(table, rows, Writer.delete, "Options are removed by a person.")

    def upsert(self, table: str, key: Sequence[str], rows: Sequence[Row]) -> list[Written]:
        return self._write(
            table, rows, lambda writer, wanted: writer.upsert(key, wanted), "Options are added by a person."
        )

    def insert_documents(self, table: str, documents: Sequence[Document]) -> list[Written]:
        if not documents:
            return []
        with self._entity(table) as entity:
            return DocumentWriter(self.session, entity, self.metadata.entity).insert(documents)

    def _write(
        self, table: str, rows: Sequence[Row], write: Callable[[Writer, Sequence[Row]], list[Written]], no: str
    ) -> list[Written]:
        if is_option_table(table):
            return [Written(row.id, error=Refused(no)) for row in rows]
        if not rows:
            return []
        with self._entity(table) as entity:
            writer = Writer(self.session, entity)
            written = write(writer, rows)
            if writer.outdated:
                self.metadata.forget(table)
            return written

    # --- more verbs ---------------------------------------------------------------------------------------

    def act(self, table: str, id: uuid.UUID, action: str, **arguments: Any) -> Any:
        if is_option_table(table):
            return OptionTable(self.metadata, table).act(self.session, action, **arguments)
        if action in STATES.get(table, {}):
            return self._set_state(table, id, action, arguments)
        if action in ACTIONS.get(table, {}):
            return self._perform(table, id, action, arguments)
        raise Refused(f"{self.describe(table).label} knows no action “{action}”.")

    def _perform(self, table: str, id: uuid.UUID, action: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._actor.perform(table, id, action, arguments)
        except ABOUT_USER as problem:
            raise ErrorAttribution(self.session, self.metadata.entity(table)).one(problem) from problem

    def _set_state(self, table: str, id: uuid.UUID, action: str, arguments: Mapping[str, Any]) -> None:
        unknown = sorted(set(arguments) - {"from_states"})
        if unknown:
            raise Refused(f"The action “{action}” takes no “{unknown[0]}”.")
        to, from_states = STATES[table][action], frozenset(arguments.get("from_states", ()))
        values = {"statecode": to.state, "statuscode": to.status}
        answer = self.update(table, [Row(id, values, from_states=from_states)])[0]
        if answer.error is not None:
            raise answer.error

    def _state_of(self, table: str, id: uuid.UUID) -> Any:
        found = self.get(table, [id], ["statecode"]).get(id)
        return None if found is None else found.values["statecode"]


def _number(entity: Entity, answer: Any) -> int:
    counted = answer.get("@odata.count") if isinstance(answer, dict) else None
    if not isinstance(counted, int):
        raise BadAnswer(f"The answer does not say how many rows of {entity.table.label} there are.")
    return counted
