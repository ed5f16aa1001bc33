"""BulkDelete: a system job that deletes what its queries find. Here it is done at once; the job's row says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from integration.sandbox.dataverse.http.messages import answer
from integration.sandbox.dataverse.organization import Exchange
from integration.sandbox.dataverse.query.conditions import RequestContext
from integration.sandbox.dataverse.query.fetchxml.joins import Joins
from integration.sandbox.dataverse.query.fetchxml.tree import Condition, Filter, Source
from integration.sandbox.dataverse.query.where import ROOT
from integration.sandbox.dataverse.refusals import not_offered, odata
from integration.sandbox.dataverse.security.privileges import BULK_DELETING
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

OPERATORS = {
    "Equal": "eq",
    "NotEqual": "ne",
    "GreaterThan": "gt",
    "GreaterEqual": "ge",
    "LessThan": "lt",
    "LessEqual": "le",
    "In": "in",
    "NotIn": "not-in",
    "Null": "null",
    "NotNull": "not-null",
    "Like": "like",
    "BeginsWith": "begins-with",
    "EndsWith": "ends-with",
}
BULK_DELETE, COMPLETED, SUCCEEDED, FAILED = 13, 3, 30, 31
Body = Mapping[str, Any]


def bulk_delete(exchange: Exchange, body: Body) -> Response:
    """POST BulkDelete: 200 with the job's id, even where a row could not be deleted"""
    queries = body.get("QuerySet")
    if not isinstance(queries, list) or not queries:
        raise odata("The parameter 'QuerySet' must hold at least one query.")
    exchange.guard.require(BULK_DELETING)
    sources = [_source(_object(query)) for query in queries]
    failures: list[str] = []
    with exchange.writing() as write:
        for source in sources:
            failures += _delete(exchange, write, source)
        job = _job(write, str(body.get("JobName") or "Bulk delete"), failures)
    context = f"{exchange.request.root}$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"
    return answer(json.dumps({"@odata.context": context, "JobId": job}))


def _delete(exchange: Exchange, write: Write, source: Source) -> list[str]:
    """Delete row by row; what was refused is listed in the job and stays."""
    joins = Joins(exchange.model, source, RequestContext(exchange.user, exchange.organization.clock()), exchange.guard)
    joins.keep_within()
    table = joins.tables[0].table
    found = write.connection.execute(
        f'SELECT {ROOT}."{table.id}" FROM {joins.text} WHERE {joins.condition}',  # noqa: S608 - names of the model
        joins.arguments,
    ).fetchall()
    failures = []
    for (row,) in found:
        write.connection.execute("SAVEPOINT one_row")
        try:
            exchange.guard.delete(write, table, row)
        except Refusal as refusal:
            write.connection.execute("ROLLBACK TO one_row")
            failures.append(refusal.message)
        write.connection.execute("RELEASE one_row")
    return failures


def _job(write: Write, name: str, failures: list[str]) -> str:
    (row,) = write.create(write.model["asyncoperation"], [{"name": name[:400], "operationtype": BULK_DELETE}])
    outcome = {"message": "\n".join(failures)[:4000] or None, "completedon": write.now}
    status = {"statecode": COMPLETED, "statuscode": FAILED if failures else SUCCEEDED}
    write.store(
        write.model["asyncoperation"], {row: write.one("asyncoperation", row) or {}}, {row: {**outcome, **status}}
    )
    return row


# --- the query -----------------------------------------------------------------------------------------------


def _object(value: Any) -> Body:
    if not isinstance(value, dict):
        raise odata("A part of the query is no object.")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | None):
        raise odata("A part of the query is no list.")
    return value or []


def _source(query: Body) -> Source:
    if query.get("LinkEntities"):
        raise not_offered("linked tables in a bulk deletion")
    criteria = query.get("Criteria")
    filters = () if criteria is None else (_filter(_object(criteria)),)
    return Source(str(query.get("EntityName")), (), filters, (), ())


def _filter(criteria: Body) -> Filter:
    parts = [_condition(_object(one)) for one in _list(criteria.get("Conditions"))]
    inner = [_filter(_object(one)) for one in _list(criteria.get("Filters"))]
    operator = criteria.get("FilterOperator", "And")
    if operator not in ("And", "Or"):
        raise odata(f"The filter operator '{operator}' is neither 'And' nor 'Or'.")
    return Filter(operator.lower(), (*parts, *inner))


def _condition(given: Body) -> Condition:
    operator = OPERATORS.get(str(given.get("Operator")))
    if operator is None:
        raise not_offered(f"the query operator '{given.get('Operator')}'")
    values = [_object(value).get("Value") for value in _list(given.get("Values"))]
    return Condition(str(given.get("AttributeName")), operator, tuple(str(value) for value in values))
