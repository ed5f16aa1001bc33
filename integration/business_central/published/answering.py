"""From a question to an answer: status, headers and body, all of them as OData 4.0 has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import simplejson

from integration.business_central.published import availability, metadata, options
from integration.business_central.published.forms import Form
from integration.business_central.published.problems import RefusedQuestion
from integration.business_central.published.properties import COMPANY, PROPERTIES, Property
from integration.business_central.published.resources import Kind, Resource, resource

VERSION = {"OData-Version": "4.0"}
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``root``: the address of the service, with a slash at its end. ``path``: what follows it.
    ``given``: the query options in their order. ``company``: the name and the id of the one there is."""

    root: str
    path: str
    given: Sequence[tuple[str, str]]
    company: tuple[str, str]
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=lambda: dict(VERSION))


def answer(question: Question, pairs: availability.Rows) -> Answer:
    """The answer to a question: two queries at most. ``pairs``: as ``availability.rows`` wants them. Raises
    ``RefusedQuestion``."""
    named = resource(question.path)
    if named.company and named.company != question.company[0]:
        words = f"There is no company “{named.company}”. Its name is “{question.company[0]}”."
        raise RefusedQuestion(HTTPStatus.NOT_FOUND, "Internal_CompanyNotFound", words)
    match named.kind:
        case Kind.SERVICE:
            options.options(question.given, options.OF_THE_SERVICE)
            return _json(question, "", metadata.document())
        case Kind.METADATA:
            options.options(question.given, ())
            return Answer(HTTPStatus.OK, metadata.metadata(), "application/xml")
        case Kind.COMPANIES | Kind.COMPANY:
            return _companies(question, named)
        case Kind.NUMBER:
            found = options.options(question.given, options.OF_A_NUMBER)
            number = availability.passing(pairs, options.asked(found)).count()
            return Answer(HTTPStatus.OK, BOM + str(number).encode(), "text/plain;charset=utf-8")
        case Kind.ONE:
            return _one(question, named, pairs)
    return _list(question, named, pairs)


def problem_answer(problem: RefusedQuestion) -> Answer:
    """A problem in OData's form."""
    body = {"error": {"code": problem.code, "message": problem.message}}
    return Answer(problem.status, simplejson.dumps(body).encode(), "application/json;odata.metadata=minimal")


def _companies(question: Question, named: Resource) -> Answer:
    options.options(question.given, options.OF_THE_SERVICE)
    company = dict(zip(COMPANY, question.company, strict=True))
    if named.kind is Kind.COMPANY:
        return _json(question, f"{metadata.COMPANIES}/$entity", company)
    return _json(question, metadata.COMPANIES, {"value": [company]})


def _one(question: Question, named: Resource, pairs: availability.Rows) -> Answer:
    chosen = options.selected(options.options(question.given, options.OF_ONE))
    row = availability.one(pairs, named.product) if named.product is not None else None
    if row is None:
        words = "There is no item that is coupled with this product."
        raise RefusedQuestion(HTTPStatus.NOT_FOUND, "Internal_RecordNotFound", words)
    values = availability.values_of(row, chosen or tuple(PROPERTIES.values()))
    return _json(question, f"{_set(named, chosen)}/$entity", values)


def _list(question: Question, named: Resource, pairs: availability.Rows) -> Answer:
    asked = options.asked(options.options(question.given, options.OF_A_LIST))
    passing = availability.passing(pairs, asked)
    body: dict[str, Any] = {"@odata.count": passing.count()} if asked.count else {}
    size = question.form.page if asked.top is None else min(asked.top, question.form.page)
    found = availability.page(passing, asked, size + 1) if size else []
    chosen = asked.select or tuple(PROPERTIES.values())
    body["value"] = [availability.values_of(row, chosen) for row in found[:size]]
    left = None if asked.top is None else asked.top - size
    if len(found) > size and left != 0:
        token = options.token_of(availability.keys_of(found[size - 1], asked.order))
        body["@odata.nextLink"] = _next(question, token, left)
    return _json(question, _set(named, asked.select), body)


def _set(named: Resource, chosen: Sequence[Property]) -> str:
    """How the description names the rows of an answer."""
    within = f"{metadata.COMPANIES}('{_in_address(named.company)}')/" if named.company else ""
    some = f"({','.join(one.name for one in chosen)})" if chosen else ""
    return f"{within}{metadata.SET}{some}"


def _in_address(text: str) -> str:
    return quote(text.replace("'", "''"), safe="")


def _next(question: Question, token: str, left: int | None) -> str:
    """Where the next page is."""
    kept = [(name, value) for name, value in question.given if name not in ("$skip", "$top", "$skiptoken")]
    top = [] if left is None else [("$top", str(left))]
    path = quote(question.path, safe="/()'=$,")
    return f"{question.root}{path}?{urlencode([*kept, *top, ('$skiptoken', token)], safe='$,()', quote_via=quote)}"


def _json(question: Question, context: str, values: dict[str, Any]) -> Answer:
    form = question.form
    if not form.json:
        words = "This service answers with application/json. Accept it, or ask with $format=json."
        raise RefusedQuestion(HTTPStatus.NOT_ACCEPTABLE, "NotAcceptable", words)
    described = {}
    if form.metadata:
        described["@odata.context"] = f"{question.root}$metadata" + (f"#{context}" if context else "")
    body = simplejson.dumps(
        {**described, **values}, use_decimal=not form.numbers_as_text, default=str if form.numbers_as_text else None
    )
    kind = f"application/json;odata.metadata={'minimal' if form.metadata else 'none'}"
    if form.numbers_as_text:
        kind += ";IEEE754Compatible=true"
    return Answer(HTTPStatus.OK, body.encode(), kind)
