"""From an address under ``/sales/`` to a page. Nothing is changed but by a form of this session, from this origin."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from integration.sandbox.dataverse.http.messages import Request
from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.page import addresses, documents, lines, records
from integration.sandbox.dataverse.page.api_client import ApiClient, Declined
from integration.sandbox.dataverse.page.forms import identity
from integration.sandbox.dataverse.page.kinds import BY_SET, Kind
from integration.sandbox.dataverse.page.page_context import PageContext
from integration.sandbox.dataverse.page.rendering import FILES, message, moved, page, sentence
from integration.sandbox.dataverse.page.session import Sessions
from integration.sandbox.dataverse.security.people import people_to_sign_in
from integration.sandbox.shell.authorize import Person
from integration.sandbox.shell.messages import Response

START_PAGE = "/sales/accounts/"
MOST_FIELDS = 200


class SalesPage:
    """The page of one organization, with who is signed in to it."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.sessions = Sessions(organization.clock)

    def answer(self, request: Request) -> Response:
        """Answer a request whose ``path`` is the whole path of the address."""
        if request.method not in ("GET", "POST"):
            return message("Not offered", "This page is read and its forms are sent, nothing else.", 405)
        if not self._at_own_address(request):
            return message("Refused", "This page is open at the sandbox's own address only.", 403)
        if request.path == addresses.MAIN:
            return moved(addresses.within(request.query))
        if request.path in FILES:
            kind, content = FILES[request.path]
            headers = {"Content-Type": kind, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
            return Response(200, content, headers)
        text = request.body.decode("utf-8", "replace") if request.method == "POST" else request.query
        if text.count("&") >= MOST_FIELDS:
            return message("Refused", "The form holds more fields than any form of this page.", 400)
        form = dict(parse_qsl(text, keep_blank_values=True))
        session = self.sessions.of(request.headers.get("cookie", ""))
        if request.path == "/sales/sign-in" and request.method == "POST":
            return self._sign_in(request, form)
        name = self._name(session.person) if session else None
        if session is None or name is None:
            asked = addresses.asked_for(request.path, request.query) if request.method == "GET" else ""
            return self._people(going_to=asked)
        if request.method == "POST" and not session.sent(form):
            return message("Refused", "The form is not of this session. Go back, reload and try again.", 403)
        if request.path == "/sales/sign-out" and request.method == "POST":
            return moved("/sales/", self.sessions.end(request.headers.get("cookie", ""), _secure(request)))
        client = ApiClient(self.organization, session.person, request.root)
        return _within(PageContext(client, session, name, form), request)

    def _at_own_address(self, request: Request) -> bool:
        """Asked for under a name of the organization; forms only from a page of that origin."""
        own = request.root.partition("/api/")[0]
        if own not in self.organization.tenant.resources:
            return False
        origin = request.headers.get("origin", own)
        return request.method == "GET" or (
            origin == own and request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        )

    def _name(self, person: str) -> str | None:
        """The name of a person who still may work here."""
        return {one.id: one.name for one in self._offered()}.get(person)

    def _offered(self) -> list[Person]:
        return people_to_sign_in(self.organization.database.connection())

    def _people(self, problem: str = "", going_to: str = "") -> Response:
        return page("sign_in.html", "Sign in", problem, people=self._offered(), going_to=going_to)

    def _sign_in(self, request: Request, form: dict[str, str]) -> Response:
        person, going_to = form.get("person", ""), addresses.safe_next(form.get("next", ""))
        if self._name(person) is None:
            return self._people("Choose who you are.", going_to)
        self.sessions.end(request.headers.get("cookie", ""), _secure(request))
        return moved(going_to or START_PAGE, self.sessions.begin(person, _secure(request)))


def _within(context: PageContext, request: Request) -> Response:
    """A page for who is signed in; a refusal nobody showed better is a page of its own."""
    parts = request.path.removeprefix("/").removeprefix("sales").strip("/").split("/")
    if parts == [""]:
        return moved(START_PAGE)
    kind = BY_SET.get(parts[0])
    try:
        if parts == [addresses.MAIN.strip("/")]:
            return addresses.lead(context, request.query)
        if parts[0] == addresses.PLAIN and len(parts) in (2, 3) and request.method == "GET":
            return addresses.plain(context, parts[1:])
        if kind is None or len(parts) > 4:
            raise Declined(404, "There is no such page.")
        return _of_kind(context, kind, parts[1:], request.method == "POST")
    except Declined as declined:
        return context.page("message.html", "Not possible", str(declined), declined.status, text="")


def _of_kind(context: PageContext, kind: Kind, rest: list[str], sent: bool) -> Response:
    if not rest and not sent:
        return records.listed(context, kind)
    if rest == ["new"]:
        return records.create(context, kind) if sent else records.form(context, kind, context.given)
    row = identity(rest[0]) if rest else ""
    if len(rest) == 1 and not sent:
        return documents.record(context, kind, row)
    if rest[1:] == ["edit"]:
        return records.change(context, kind, row) if sent else records.edit(context, kind, row)
    if rest[1:] == ["availability"] and kind.lines and not sent:
        return sentence(lines.availability(context))
    if len(rest) > 1 and sent:
        return documents.act(context, kind, row, rest[1], rest[2] if len(rest) > 2 else "")
    raise Declined(404, "There is no such page.")


def _secure(request: Request) -> bool:
    return urlsplit(request.root).scheme == "https"
