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
from integration.systems.errors import BadAnswer, ConfigurationProblem, Problem

LARGEST_BATCH = 1000
WRITES_AT_ONCE = 100
LONGEST_ADDRESS = 8_000
"""The service takes 32,768 characters, proxies on the way often no more than this."""
LONGEST_IN_BATCH = 65_000
MOST_HEADERS = 100

_BOUNDARY = re.compile(r'boundary="?(?P<boundary>[^";]+)"?')
_STATUS = re.compile(rb"HTTP/\d\.\d (?P<status>\d{3})")


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch; ``path`` is below the API's root."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True)
class Together:
    """What became of a change set: an answer for every part, or why nothing was done and which part is to blame
    (counted from 0, where the service says). ``repeated``: an earlier attempt may have taken effect."""

    answers: Sequence[Answer] = ()
    problem: Problem | None = None
    culprit: int | None = None
    repeated: bool = False


def send(session: Session, parts: Sequence[Part], *, go_on: bool = True, **how: Any) -> list[Answer]:
    """Send the requests as one batch, answers in their order. With ``go_on`` every request is answered; without,
    the service stops at the first error and the rest has no answer. ``how`` goes to ``Session.exchange``. Raises
    ``BadAnswer`` where answers are missing."""
    _check_size(parts)
    boundary = f"batch_{uuid.uuid4().hex}"
    raw = written(_on_behalf(session, parts), boundary, urlsplit(session.root).path)
    answer = _exchanged(session, raw, boundary, go_on, **how)
    answers = [replace(each, repeated=answer.repeated) for each in read(answer)]
    if len(answers) > len(parts) or (go_on and len(answers) < len(parts)):
        raise BadAnswer(f"A batch of {len(parts)} requests got {len(answers)} answers.")
    return answers


def together(session: Session, sets: Sequence[Sequence[Part]], **how: Any) -> list[Together]:
    """Send writes as change sets of one batch: of each set all are done or none, and a set that is refused stops no
    other. Answers in the order of the sets. Raises what concerns the whole request (a ``ConnectionProblem``); what is
    wrong with a set is in its answer. ``how`` goes to ``Session.exchange``."""
    _check_size([part for parts in sets for part in parts])
    boundary = f"batch_{uuid.uuid4().hex}"
    raw = written_together([_on_behalf(session, parts) for parts in sets], boundary, urlsplit(session.root).path)
    answer = _exchanged(session, raw, boundary, go_on=True, **how)
    groups = _groups(answer.headers.get("content-type", ""), answer.body)
    if len(groups) != len(sets):
        raise BadAnswer(f"A batch of {len(sets)} change sets got {len(groups)} answers.")
    first, found = 1, []
    for parts, group in zip(sets, groups, strict=True):
        found.append(replace(_together(group, first, len(parts)), repeated=answer.repeated))
        first += len(parts)
    return found


def _together(answers: Sequence[Answer], first: int, count: int) -> Together:
    """What became of a set of so many parts, numbered from ``first``."""
    refused = next((answer for answer in answers if not answer.ok), None)
    if refused is not None:
        return Together(problem=problem_of(refused), culprit=_place(refused, first, count))
    if len(answers) != count:
        raise BadAnswer(f"A change set of {count} requests got {len(answers)} answers.")
    return Together(sorted(answers, key=lambda answer: _place(answer, first, count) or 0))


def _check_size(parts: Sequence[Part]) -> None:
    if len(parts) > LARGEST_BATCH:
        raise ValueError(f"A batch holds at most {LARGEST_BATCH} requests.")


def _on_behalf(session: Session, parts: Sequence[Part]) -> list[Part]:
    """Headers of every request have to be in every part as well."""
    return [replace(part, headers={**session.standing, **part.headers}) for part in parts]


def _exchanged(session: Session, raw: bytes, boundary: str, go_on: bool, **how: Any) -> Answer:
    headers = {"Content-Type": f'multipart/mixed; boundary="{boundary}"'}
    if go_on:
        headers["Prefer"] = "odata.continue-on-error"
    answer = session.exchange("POST", "$batch", headers=headers, raw=raw, **how)
    parted = answer.headers.get("content-type", "").startswith("multipart/")
    if not answer.ok and not parted:
        raise problem_of(answer)
    return answer


def _place(answer: Answer, first: int, count: int) -> int | None:
    """Which part of a change set this answers, counted from 0; its parts are numbered from ``first``."""
    number = answer.headers.get("content-id", "")
    return int(number) - first if number.isdecimal() and first <= int(number) < first + count else None


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
    bodies = []
    for start in range(0, len(parts), LARGEST_BATCH):
        for answer in send(session, parts[start : start + LARGEST_BATCH], **how):
            if not answer.ok:
                raise problem_of(answer)
            bodies.append(answer.json())
    return bodies


def written(parts: Sequence[Part], boundary: str, root: str) -> bytes:
    """The body of a batch. All line ends are CRLF; a part without a body ends with an empty line more."""
    pieces = [piece for part in parts for piece in _one(part, boundary, root)]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()])


def written_together(sets: Sequence[Sequence[Part]], boundary: str, root: str) -> bytes:
    """The body of a batch of change sets. Their parts are numbered from 1 through the whole batch: a number names one
    part wherever the service looks for it."""
    pieces, number = [], 0
    for parts in sets:
        inner = f"changeset_{uuid.uuid4().hex}"
        head = f'--{boundary}\r\nContent-Type: multipart/mixed; boundary="{inner}"\r\n\r\n'
        pieces.append(head.encode())
        for part in parts:
            number += 1
            pieces += _one(part, inner, root, number)
        pieces.append(f"--{inner}--\r\n\r\n".encode())
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()])


def _one(part: Part, boundary: str, root: str, number: int | None = None) -> tuple[bytes, bytes]:
    head = [f"--{boundary}", "Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if number is not None:
        head.append(f"Content-ID: {number}")
    head += ["", f"{part.method} {root}{part.path} HTTP/1.1", "Accept: application/json"]
    if part.body is not None:
        head.append("Content-Type: application/json; type=entry")
    head += [f"{name}: {value}" for name, value in part.headers.items()]
    body = encode(part.body) if part.body is not None else b""
    return "\r\n".join(head).encode() + b"\r\n\r\n", body + b"\r\n"


def read(answer: Answer) -> list[Answer]:
    """The answers inside the answer to a batch; those of a change set follow each other."""
    groups = _groups(answer.headers.get("content-type", ""), answer.body)
    return [each for group in groups for each in group]


def _groups(content_type: str, body: bytes, *, nested: bool = False) -> list[list[Answer]]:
    """The parts of an answer; those of a change set are together, every other one is alone."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise BadAnswer("The answer to a batch is not in parts.", raw=body[:500].decode("utf-8", "replace"))
    found: list[list[Answer]] = []
    count = 0
    for piece in body.split(b"--" + match["boundary"].encode(), LARGEST_BATCH + 2)[1:]:
        if piece.startswith(b"--"):
            break
        headers, content = _split(piece.lstrip(b"\r\n"))
        inner = headers.get("content-type", "")
        if not inner.startswith("multipart/"):
            found.append([_inner(content, headers.get("content-id", ""))])
        elif nested:
            raise BadAnswer("The answer to a batch has change sets inside a change set.")
        else:
            found.append([each for group in _groups(inner, content, nested=True) for each in group])
        count += len(found[-1])
        if count > LARGEST_BATCH:
            raise BadAnswer(f"The answer to a batch has more than {LARGEST_BATCH} parts.")
    return found


def _inner(content: bytes, number: str) -> Answer:
    head, _, rest = content.partition(b"\r\n")
    match = _STATUS.match(head)
    if match is None:
        raise BadAnswer("A part of a batch has no status.", raw=content[:500].decode("utf-8", "replace"))
    headers, body = _split(rest)
    if number:
        headers["content-id"] = number
    return Answer(int(match["status"]), headers, body.rstrip(b"\r\n"))


def _split(piece: bytes) -> tuple[dict[str, str], bytes]:
    if piece.startswith(b"\r\n"):
        return {}, piece[2:]
    head, _, body = piece.partition(b"\r\n\r\n")
    headers = {}
    for line in head.split(b"\r\n", MOST_HEADERS)[:MOST_HEADERS]:
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, body
