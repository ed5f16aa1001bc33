"""``/ODataV4/…``: the published web services. Who asks is a program with a user name and a web service access key, by
Basic, and nobody else: a session of the pages opens nothing here, and a key opens no page.

    published?  ->  GET or HEAD?  ->  whose key?  ->  not too often?  ->  ``business_central.published.answer``

Everything that goes wrong is answered in OData's form. In the worst case five queries: what is published, the key with
its user, when it was used, the number of rows, the rows.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integration.business_central.models import CompanyInformation
from integration.business_central.published import Answer, Question, RefusedQuestion, answer, problem_answer
from integration.business_central.published.forms import form_of
from integration.models import ConnectionSetup, TableMapping, User
from integration.models.connection.availability import ROOT
from integration.models.people.access_key import verified
from integration.people.signing_in import client_address
from integration.people.throttle import Throttle

KEYS = Throttle(burst=200, per_minute=600)
"""All salespeople of a firm ask with one key."""
WRONG_KEYS = Throttle(burst=30, per_minute=10)
"""By the address that shows them."""
MOST_OPTIONS = 50
MAPPING = "ITEM-PRODUCT"
METHODS = "GET, HEAD"
POLICY = "default-src 'none'; frame-ancestors 'none'"
REALM = 'Basic realm="Business Central web services", charset="UTF-8"'
FROM_SALES = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Authorization, OData-MaxVersion, OData-Version, Prefer",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True, slots=True)
class Published:
    """``sales``: the origin of the organization, whose pages alone may ask from a browser. ``company``: name and id."""

    sales: str
    company: tuple[str, str]


@login_not_required
@csrf_exempt
def published(request: HttpRequest, path: str = "") -> HttpResponse:
    """What a web service answers; nothing is changed by it, so no form has to vouch for the request."""
    more: dict[str, str] = {}
    try:
        there = _published()
        more |= _across_origins(request, there)
        if request.method == "OPTIONS" and "Access-Control-Allow-Origin" in more:
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=more | FROM_SALES)
        found = _answer(request, path or "", there)
    except RefusedQuestion as problem:
        found = problem_answer(problem)
        more |= problem.headers
    headers = {**found.headers, **more, "Content-Security-Policy": POLICY}
    return HttpResponse(found.body, found.content_type, found.status, headers=headers)


def _answer(request: HttpRequest, path: str, there: Published) -> Answer:
    if request.method not in ("GET", "HEAD"):
        raise _refused(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", "This is only read.", Allow=METHODS)
    user = _asker(request)
    seconds = KEYS.take(user.pk)
    if seconds:
        raise _too_often(seconds)
    given = _given(request)
    form = form_of(dict(given).get("$format", ""), request.headers.get("Accept", ""), request.headers.get("Prefer", ""))
    question = Question(_root(request), path, given, there.company, form)
    return answer(question, TableMapping.objects.filter(name=MAPPING).pairs())


def _published() -> Published:
    """What is published, in one query. Raises ``RefusedQuestion`` where nothing is."""
    company = CompanyInformation.objects.order_by("pk")
    rows = ConnectionSetup.objects.filter(item_availability_enabled=True).annotate(
        company=Subquery(company.values("name")[:1]), company_id=Subquery(company.values("pk")[:1])
    )
    found = rows.values("url", "company", "company_id").first()
    if found is None or found["company"] is None:
        words = "No web service is published here. Item availability is switched on on Connection Setup."
        raise RefusedQuestion(HTTPStatus.NOT_FOUND, "BadRequest_ResourceNotFound", words)
    return Published(found["url"], (found["company"], str(found["company_id"])))


def _across_origins(request: HttpRequest, there: Published) -> dict[str, str]:
    """What lets the web resource in a form of Sales read the answer, and the page of nobody else."""
    origin = request.headers.get("Origin", "")
    headers = {"Vary": "Origin, Accept, Authorization"}
    if origin and origin == _origin(there.sales):
        headers |= {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "OData-Version, Retry-After",
        }
    return headers


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def _asker(request: HttpRequest) -> User:
    """Whose key this is. An address that shows many wrong ones waits before it may show another."""
    address = client_address(request)
    seconds = WRONG_KEYS.wait(address)
    if seconds:
        raise _too_often(seconds)
    name, key = _credentials(request.headers.get("Authorization", ""))
    user = verified(name, key) if name and key else None
    if user is None:
        if name:
            WRONG_KEYS.take(address)
        words = "Sign in with a user name and the web service access key of this user, whose group is Availability."
        headers = {"WWW-Authenticate": REALM}
        raise _refused(HTTPStatus.UNAUTHORIZED, "Authentication_InvalidCredentials", words, **headers)
    return user


def _credentials(header: str) -> tuple[str, str]:
    """User name and key; blank where there are none."""
    scheme, _, proof = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, key = base64.b64decode(proof.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, key


def _given(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        query = request.META.get("QUERY_STRING", "")
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MOST_OPTIONS)
    except ValueError as error:
        words = "The query options cannot be read: they are too many, or not in UTF-8."
        raise RefusedQuestion(HTTPStatus.BAD_REQUEST, "BadRequest_NotFound", words) from error


def _root(request: HttpRequest) -> str:
    return (settings.PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/") + ROOT


def _too_often(seconds: int) -> RefusedQuestion:
    words = f"Too many requests. Ask again in {seconds} seconds."
    return _refused(HTTPStatus.TOO_MANY_REQUESTS, "Application_TooManyRequests", words, **{"Retry-After": str(seconds)})


def _refused(status: HTTPStatus, code: str, words: str, **headers: str) -> RefusedQuestion:
    return RefusedQuestion(status, code, words, headers)
