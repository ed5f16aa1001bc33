"""``$batch``: several requests in one body, change sets in one transaction each.

Strict where the service is strict: every line ends with CRLF, the last boundary included; at most 1,000 requests; no
GET in a change set; every member of a change set has a ``Content-ID`` of its own.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from integration.sandbox.dataverse.http.messages import Request, refused
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

MOST_REQUESTS = 1000
LONGEST_ADDRESS = 65_536
BOUNDARY = re.compile(r'multipart/mixed\s*;.*?boundary="?([^";\s]+)"?', re.IGNORECASE)
REQUEST_LINE = re.compile(r"([A-Z]+) (\S+) HTTP/1\.1")
BOUND_REFERENCE = re.compile(rb'(@odata\.(?:bind|id)"\s*:\s*")/?\$(\w+)"')
REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    412: "Precondition Failed",
    414: "URI Too Long",
    500: "Internal Server Error",
    501: "Not Implemented",
}

Perform = Callable[[Request], Response]
Together = Callable[[Callable[[Perform], None]], None]


@dataclass(frozen=True)
class Member:
    """One request of a batch with its ``Content-ID``."""

    request: Request
    content_id: str = ""


@dataclass(frozen=True)
class ChangeSet:
    members: tuple[Member, ...] = field(default=())


def boundary_of(content_type: str) -> str:
    """Raises :class:`Refusal` when the header names none."""
    found = BOUNDARY.match(content_type)
    if found is None:
        raise odata("The content type of a batch must be 'multipart/mixed' with a boundary.")
    return found[1]


def run_batch(request: Request, perform: Perform, together: Together) -> Response:
    """Answer the parts in order. ``perform`` answers one request, ``together`` runs a function inside one
    transaction that a :class:`Refusal` undoes."""
    parts = parse_batch(request)
    keep_going = request.preferences.continue_on_error
    boundary = f"batchresponse_{uuid.uuid4()}"
    answers, failed = [], False
    for part in parts:
        text, part_failed = _run_set(part, together) if isinstance(part, ChangeSet) else _run_one(part, perform)
        answers.append(text)
        failed = failed or part_failed
        if part_failed and not keep_going:
            break
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + text for text in answers)
    body += b"--" + boundary.encode() + b"--\r\n"
    status = 400 if failed and not keep_going else 200
    return Response(status, body, {"Content-Type": f"multipart/mixed; boundary={boundary}"})


def _run_one(member: Member, perform: Perform) -> tuple[bytes, bool]:
    response = perform(member.request)
    return _part(response, member), response.status >= 400


def _run_set(changes: ChangeSet, together: Together) -> tuple[bytes, bool]:
    """All members or none: the first refusal undoes the set and answers for it."""
    boundary = f"changesetresponse_{uuid.uuid4()}"
    parts: list[bytes] = []

    def write(perform: Perform) -> None:
        created: dict[str, str] = {}
        for member in changes.members:
            response = _answered(member.request, created, perform)
            if response.status >= 400:
                parts[:] = [_part(response, member)]
                raise _Undo
            if "OData-EntityId" in response.headers:
                created[member.content_id] = response.headers["OData-EntityId"]
            parts.append(_part(response, member))

    failed = False
    try:
        together(write)
    except _Undo:
        failed = True
    head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode()
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part for part in parts)
    return head + body + b"--" + boundary.encode() + b"--\r\n\r\n", failed


class _Undo(Exception):
    """Ends the transaction of a change set; the answer is written already."""


def _answered(request: Request, created: dict[str, str], perform: Perform) -> Response:
    try:
        resolved = _resolved(request, created)
    except Refusal as refusal:
        return refused(refusal)
    return perform(resolved)


def _resolved(request: Request, created: dict[str, str]) -> Request:
    """``$1`` stands for the row an earlier member created, in the address and in references of the body."""
    path = request.path
    if path.startswith("$"):
        name, _, rest = path[1:].partition("/")
        address = _row_of(name, created)
        path = address.removeprefix(request.root) + (f"/{rest}" if rest else "")

    def bound(found: re.Match[bytes]) -> bytes:
        return found[1] + _row_of(found[2].decode(), created).encode() + b'"'

    return replace(request, path=path, body=BOUND_REFERENCE.sub(bound, request.body))


def _row_of(name: str, created: dict[str, str]) -> str:
    if name not in created:
        raise odata(f"Content-ID Reference: '${name}' does not exist in the batch context.")
    return created[name]


def _part(response: Response, member: Member) -> bytes:
    headers = dict(response.headers)
    if "OData-EntityId" in headers and member.request.method == "POST":
        headers = {"Location": headers["OData-EntityId"], **headers}
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if member.content_id:
        lines.append(f"Content-ID: {member.content_id}")
    lines += ["", f"HTTP/1.1 {response.status} {REASONS.get(response.status, '')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append("OData-Version: 4.0")
    return "\r\n".join([*lines, "", ""]).encode() + response.body + b"\r\n"


# --- reading -------------------------------------------------------------------------------------------------


def parse_batch(request: Request) -> list[Member | ChangeSet]:
    """The parts of the body. Raises :class:`Refusal`."""
    boundary = boundary_of(request.headers.get("content-type", ""))
    parts = [_read_part(request, part) for part in _split(request.body, boundary)]
    total = sum(len(part.members) if isinstance(part, ChangeSet) else 1 for part in parts)
    if total > MOST_REQUESTS:
        raise Refusal(400, "0x80060888", f"The batch holds {total} requests. The maximum allowed is {MOST_REQUESTS}.")
    return parts


def _read_part(outer: Request, part: bytes) -> Member | ChangeSet:
    headers, content = _headed(part)
    kind = headers.get("content-type", "")
    if kind.lower().startswith("multipart/mixed"):
        return _read_set(outer, _split(content, boundary_of(kind)))
    _check_part(headers)
    return Member(_inner(outer, content), headers.get("content-id", ""))


def _check_part(headers: dict[str, str]) -> None:
    """A part that is a request says so. Raises :class:`Refusal`."""
    kind = headers.get("content-type")
    if kind is None:
        raise odata("The 'Content-Type' header of a part of the batch is missing.")
    if kind.partition(";")[0].strip().lower() != "application/http":
        raise odata(
            f"Invalid 'Content-Type' header '{kind}' of a part of the batch: only 'multipart/mixed' and "
            "'application/http' are expected."
        )
    encoding = headers.get("content-transfer-encoding", "")
    if encoding.lower() != "binary":
        raise odata(
            f"The 'Content-Transfer-Encoding' header of a part of the batch is '{encoding}'; it must be 'binary'."
        )


def _read_set(outer: Request, parts: list[bytes]) -> ChangeSet:
    members = []
    for part in parts:
        headers, content = _headed(part)
        if headers.get("content-type", "").lower().startswith("multipart/mixed"):
            raise odata("A change set must not hold another change set.")
        _check_part(headers)
        member = Member(_inner(outer, content), headers.get("content-id", ""))
        if not member.content_id:
            raise odata("The 'Content-ID' header of every request of a change set must be given.")
        if member.request.method == "GET":
            raise odata("A change set must not hold GET requests.")
        members.append(member)
    ids = [member.content_id for member in members]
    if len(set(ids)) < len(ids):
        raise odata("The 'Content-ID' of every request of a change set must be unique.")
    return ChangeSet(tuple(members))


def _split(body: bytes, boundary: str) -> list[bytes]:
    """The parts between the boundary lines, without the line end that belongs to the boundary."""
    mark = b"--" + boundary.encode()
    closing = f"\r\n{mark.decode()}--\r\n".encode()
    if b"\n" in body.replace(b"\r\n", b"") or not (b"\r\n" + body).endswith(closing):
        raise _unreadable()
    inside = (b"\r\n" + body).removesuffix(closing)
    parts = inside.split(b"\r\n" + mark + b"\r\n")
    return parts[1:]


def _headed(part: bytes) -> tuple[dict[str, str], bytes]:
    head, blank, content = part.partition(b"\r\n\r\n")
    if not blank:
        raise _unreadable()
    lines = head.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, content


def _inner(outer: Request, content: bytes) -> Request:
    line, _, rest = content.partition(b"\r\n")
    found = REQUEST_LINE.fullmatch(line.decode("utf-8", "replace"))
    if found is None:
        raise odata(f"The request line '{line.decode('utf-8', 'replace')}' of the batch is invalid.")
    if len(found[2]) > LONGEST_ADDRESS:
        raise Refusal(414, "", "The address of the request is too long.")
    if rest.endswith(b"\r\n") and b"\r\n\r\n" not in rest:
        rest += b"\r\n"  # a request without a body may leave one of the two line ends to the boundary
    headers, body = _headed(b"\r\n".join((b"", rest)) if rest.startswith(b"\r\n") else rest)
    path, _, query = _relative(outer, found[2]).partition("?")
    if path == "$batch":
        raise odata("A batch must not hold another batch.")
    return Request(found[1], path, query, headers, body.removesuffix(b"\r\n"), outer.root)


def _relative(outer: Request, address: str) -> str:
    """What follows the service root, however much of the address is written."""
    if address.startswith(outer.root):
        return address.removeprefix(outer.root)
    own = outer.root.partition("://")[2].partition("/")[2]
    return re.sub(rf"^(?:https?://[^/]+)?/?(?:{re.escape(own)})?", "", address, count=1)


def _unreadable() -> Refusal:
    return Refusal(
        400,
        "0x80048d19",
        "Error identified in Payload provided by the user for Entity :'', For more information on this error please "
        "follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ----> InnerException : "
        "System.ArgumentException: Stream was not readable.",
    )
