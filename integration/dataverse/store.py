"""A Dynamics 365 Sales organization as a :class:`System`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from integration.dataverse import batch, changes, query, rows
from integration.dataverse.bulk import Writer
from integration.dataverse.metadata import Metadata
from integration.dataverse.options import OptionTable, is_option_table
from integration.dataverse.problems import problem_of
from integration.dataverse.session import Cache, Credentials, Gate, Session
from integration.http import Limits, Transport
from integration.systems.base import Identity, Page, Record, Row, Side, System, Table, Written
from integration.systems.errors import Refused
from integration.systems.filters import EVERYTHING, Filter, matches

LARGEST_PAGE = 5000
IDENTITY_SECONDS = 3600.0
LANGUAGE = 1033


def connect(
    url: str,
    tenant: str,
    client_id: str,
    client_secret: str,
    token_endpoint: str = "",
    token_cache: Cache | None = None,
    metadata_cache: Cache | None = None,
    gate: Gate | None = None,
    concurrency: int = 4,
    ca: str | None = None,
    limits: Limits | None = None,
) -> SalesOrganization:
    """An organization by address and client credentials. Nothing is sent before the first verb."""
    credentials = Credentials(tenant, client_id, client_secret, token_endpoint)
    transport = Transport(limits, ca)
    session = Session(url, credentials, transport=transport, tokens=token_cache, gate=gate, concurrency=concurrency)
    return SalesOrganization(session, metadata_cache)


class SalesOrganization(System):
    """Records of the Web API. A version is the row's etag."""

    side = Side.CRM
    remote = True

    def __init__(self, session: Session, metadata_cache: Cache | None = None, page_size: int = LARGEST_PAGE) -> None:
        self.session = session
        self.metadata = Metadata(session, metadata_cache)
        self.page_size = page_size
        self.actions: Mapping[str, Callable[..., Any]] = {
            "publish": self._publish,
            "activate": self._set_state(0, 1),
            "deactivate": self._set_state(1, 2),
            "add_option": self._add_option,
        }

    # --- about --------------------------------------------------------------------------------------------

    def check(self) -> Identity:
        who = self.session.request("GET", "WhoAmI").json()
        parts = [
            batch.Part("GET", f"organizations({who['OrganizationId']})?$select=name"),
            batch.Part("GET", "RetrieveVersion"),
        ]
        organization, version = batch.send(self.session, parts)
        if organization.status >= 300:
            raise problem_of(organization)
        return Identity(
            uuid.UUID(who["OrganizationId"]),
            str(organization.json().get("name") or ""),
            uuid.UUID(who["UserId"]),
            str(version.json().get("Version") or "") if version.status < 300 else "",
        )

    def tables(self) -> Sequence[tuple[str, str]]:
        return self.metadata.tables()

    def describe(self, table: str) -> Table:
        if is_option_table(table):
            return OptionTable(self.metadata, table).table
        return self.metadata.entity(table).table

    # --- reading ------------------------------------------------------------------------------------------

    def changes(
        self, table: str, fields: Sequence[str], since: str | None = None, where: Filter = EVERYTHING
    ) -> Iterator[Page]:
        if is_option_table(table):
            options = OptionTable(self.metadata, table)
            fresh = since != options.version()
            yield Page(options.records() if fresh else [], (), options.version())
            return
        entity = self.metadata.entity(table)
        yield from changes.read(self.session, entity, fields, since, where, self.page_size)

    def get(self, table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        if is_option_table(table):
            return {r.id: r for r in OptionTable(self.metadata, table).records() if r.id in set(wanted)}
        entity = self.metadata.entity(table)
        select = query.select(entity, rows.columns(entity, fields))
        paths = [
            entity.set_name + query.options(select=select, filter=query.any_of_ids(entity.key, chunk))
            for chunk in query.chunks_of_ids(wanted)
        ]
        found: dict[uuid.UUID, Record] = {}
        for told in self._read_all(paths):
            found |= {r.id: r for r in (rows.record(entity, row, fields) for row in told["value"])}
        return {id: found[id] for id in wanted if id in found}

    def _read_all(self, paths: Sequence[str]) -> list[Any]:
        headers = {"Prefer": rows.ANNOTATIONS}
        if len(paths) == 1:
            return [self.session.request("GET", paths[0], headers=headers).json()]
        answers = batch.send(self.session, [batch.Part("GET", path, headers) for path in paths])
        for answer in answers:
            if answer.status >= 300:
                raise problem_of(answer)
        return [answer.json() for answer in answers]

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
            return self._find_options(table, where, order, size, after)
        entity = self.metadata.entity(table)
        headers = {"Prefer": f"{rows.ANNOTATIONS},odata.maxpagesize={min(size or self.page_size, LARGEST_PAGE)}"}
        path = after or entity.set_name + query.options(
            select=query.select(entity, rows.columns(entity, fields)),
            filter=query.where(entity, where),
            orderby=query.order(entity, order),
        )
        told = self.session.request("GET", path, headers=headers).json()
        records = [rows.record(entity, row, fields) for row in told["value"]]
        return Page(records, (), told.get("@odata.nextLink"))

    def _find_options(
        self, table: str, where: Filter, order: Sequence[str], size: int | None, after: str | None
    ) -> Page:
        found = [record for record in OptionTable(self.metadata, table).records() if matches(where, record)]
        for name in reversed(order):
            found.sort(key=lambda r: str(r.values[name.removeprefix("-")]), reverse=name.startswith("-"))
        start = int(after or 0)
        end = start + (size or len(found) or 1)
        return Page(found[start:end], (), str(end) if end < len(found) else None)

    def count(self, table: str, where: Filter = EVERYTHING) -> int:
        if is_option_table(table):
            return sum(matches(where, record) for record in OptionTable(self.metadata, table).records())
        entity = self.metadata.entity(table)
        path = entity.set_name + query.options(select=entity.key, filter=query.where(entity, where), count="true")
        told = self.session.request("GET", path, headers={"Prefer": "odata.maxpagesize=1"}).json()
        return int(told["@odata.count"])

    # --- writing ------------------------------------------------------------------------------------------

    def insert(self, table: str, rows: Sequence[Row]) -> list[Written]:
        if is_option_table(table):
            return [Written(row.id, error=Refused("Options are added by a person, one by one.")) for row in rows]
        return self._writer(table).create(rows)

    def update(self, table: str, rows: Sequence[Row]) -> list[Written]:
        if is_option_table(table):
            return [Written(row.id, error=Refused("Options are renamed by a person.")) for row in rows]
        return self._writer(table).update(rows)

    def delete(self, table: str, rows: Sequence[Row]) -> list[Written]:
        if is_option_table(table):
            return [Written(row.id, error=Refused("Options are removed by a person.")) for row in rows]
        return self._writer(table).delete(rows)

    def _writer(self, table: str) -> Writer:
        return Writer(self.session, self.metadata.entity(table))

    # --- more verbs ---------------------------------------------------------------------------------------

    def act(self, table: str, id: uuid.UUID, action: str, **arguments: Any) -> Any:
        if action not in self.actions:
            raise Refused(f"There is no action “{action}”.")
        return self.actions[action](table, id, **arguments)

    def _publish(self, table: str, id: uuid.UUID) -> None:
        self._set_state(0, 1)(table, id)

    def _set_state(self, state: int, status: int) -> Callable[[str, uuid.UUID], None]:
        def act(table: str, id: uuid.UUID) -> None:
            answer = self._writer(table).update([Row(id, {"statecode": state, "statuscode": status})])[0]
            if answer.error is not None:
                raise answer.error

        return act

    def _add_option(self, table: str, id: uuid.UUID, *, label: str) -> int:
        """Add an option to an option column and publish it; answers its number."""
        options = OptionTable(self.metadata, table)
        text = {"LocalizedLabels": [{"Label": label, "LanguageCode": LANGUAGE}]}
        told = self.session.request(
            "POST",
            "InsertOptionValue",
            body={
                "EntityLogicalName": options.entity_name,
                "AttributeLogicalName": options.column,
                "Label": text,
            },
            repeatable=False,
        ).json()
        names = f"<importexportxml><entities><entity>{options.entity_name}</entity></entities></importexportxml>"
        self.session.request("POST", "PublishXml", body={"ParameterXml": names})
        self.metadata.forget()
        return int(told["NewOptionValue"])

    @property
    def requests(self) -> int:
        """How many requests were sent so far, tokens not included."""
        return self.session.requests

    def close(self) -> None:
        self.session.close()
