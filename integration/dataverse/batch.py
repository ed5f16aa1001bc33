"""``$batch``: many requests in one, and the way back from the parts of the answer to the requests.

The reader is our own: the parts are found by their boundary, each inner answer is split at the first blank line.
Both forms of a failed change set are taken (a nested multipart with one part, and the error right in the part).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from integration.dataverse.problems import problem_of
from integration.dataverse.session import Session
from integration.http import Answer, encode
from integration.systems.errors import BadAnswer, ConfigurationProblem

LARGEST_BATCH = 1000
WRITES_AT_ONCE = 100
LONGEST_ADDRESS = 8_000
"""The service takes 32,768 characters, proxies on the way often no more than this."""
LONGEST_IN_BATCH = 65_000

_BOUNDARY = re.compile(r'boundary="?(?P<boundary>[^";]+)"?')
_STATUS = re.compile(rb"HTTP/\d\.\d (?P<status>\d{3})")


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch; ``path`` is below the API's root."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


def send(session: Session, parts: Sequence[Part], *, go_on: bool = True, **how: Any) -> list[Answer]:
    """Send the requests as one batch, answers in their order. With ``go_on`` every request is answered; without,
    the service stops at the first error and the rest has no answer. ``how`` goes to ``Session.exchange``. Raises
    ``BadAnswer`` where answers are missing."""
    if len(parts) > LARGEST_BATCH:
        raise ValueError(f"A batch holds at most {LARGEST_BATCH} requests.")
    boundary = f"batch_{uuid.uuid4().hex}"
    headers = {"Content-Type": f'multipart/mixed; boundary="{boundary}"'}
    if go_on:
        headers["Prefer"] = "odata.continue-on-error"
    parts = [replace(part, headers={**session.standing, **part.headers}) for part in parts]
    raw = written(parts, boundary, urlsplit(session.root).path)
    answer = session.request("POST", "$batch", headers=headers, raw=raw, accept=() if go_on else (400,), **how)
    answers = [replace(each, repeated=answer.repeated) for each in read(answer)]
    if go_on and len(answers) != len(parts):
        raise BadAnswer(f"A batch of {len(parts)} requests got {len(answers)} answers.")
    return answers


def read_one(session: Session, path: str, headers: Mapping[str, str] | None = None, **how: Any) -> Any:
    """GET one path as JSON: by itself where the address is short, inside a batch where it is long. Raises the problem
    the answer means."""
    if len(session.root) + len(path) <= LONGEST_ADDRESS:
        return session.request("GET", path, headers=headers, **how).json()
    return read_each(session, [path], headers, **how)[0]


def read_each(
    session: Session, paths: Sequence[str], headers: Mapping[str, str] | None = None, **how: Any
) -> list[Any]:
    """GET these paths in one request. Raises the problem the first refused one means."""
    if any(len(path) > LONGEST_IN_BATCH for path in paths):
        raise ConfigurationProblem("The filter is longer than Dynamics 365 Sales takes. Use fewer values.")
    parts = [Part("GET", path, headers or {}) for path in paths]
    told = []
    for start in range(0, len(parts), LARGEST_BATCH):
        for answer in send(session, parts[start : start + LARGEST_BATCH], **how):
            if not answer.ok:
                raise problem_of(answer)
            told.append(answer.json())
    return told


def written(parts: Sequence[Part], boundary: str, root: str) -> bytes:
    """The body of a batch. All line ends are CRLF; a part without a body ends with an empty line more."""
    pieces: list[bytes] = []
    for part in parts:
        head = [
            f"--{boundary}",
            "Content-Type: application/http",
            "Content-Transfer-Encoding: binary",
            "",
            f"{part.method} {root}{part.path} HTTP/1.1",
            "Accept: application/json",
        ]
        if part.body is not None:
            head.append("Content-Type: application/json; type=entry")
        head += [f"{name}: {value}" for name, value in part.headers.items()]
        pieces.append("\r\n".join(head).encode() + b"\r\n\r\n")
        pieces.append((encode(part.body) if part.body is not None else b"") + b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces)


def read(answer: Answer) -> list[Answer]:
    """The answers inside the answer to a batch; those of a change set follow each other."""
    return list(_parts(answer.headers.get("content-type", ""), answer.body))


def _parts(content_type: str, body: bytes) -> list[Answer]:
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise BadAnswer("The answer to a batch is not in parts.", raw=body[:500].decode("utf-8", "replace"))
    found: list[Answer] = []
    for piece in body.split(b"--" + match["boundary"].encode())[1:]:
        if piece.startswith(b"--"):
            break
        headers, content = _split(piece.lstrip(b"\r\n"))
        inner = headers.get("content-type", "")
        if inner.startswith("multipart/"):
            found += _parts(inner, content)
        else:
            found.append(_inner(content))
    return found


def _inner(content: bytes) -> Answer:
    head, _, rest = content.partition(b"\r\n")
    match = _STATUS.match(head)
    if match is None:
        raise BadAnswer("A part of a batch has no status.", raw=content[:500].decode("utf-8", "replace"))
    headers, body = _split(rest)
    return Answer(int(match["status"]), headers, body.rstrip(b"\r\n"))


def _split(piece: bytes) -> tuple[dict[str, str], bytes]:
    if piece.startswith(b"\r\n"):
        return {}, piece[2:]
    head, _, body = piece.partition(b"\r\n\r\n")
    headers = {}
    for line in head.split(b"\r\n"):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, body
