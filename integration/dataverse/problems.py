"""Answers of the Web API that are no success -> typed problems with a message a person can act on."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from integration.http import Answer
from integration.systems.errors import (
    BadAnswer,
    ConfigurationProblem,
    CursorExpired,
    DuplicateKey,
    FieldMissing,
    InvalidValue,
    Locked,
    NotAMember,
    NotFound,
    PrivilegeMissing,
    Problem,
    ReferenceMissing,
    Refused,
    RoleMissing,
    SignInRefused,
    TableMissing,
    Throttled,
    Unreachable,
    VersionConflict,
)

DEFAULT_WAIT = 5.0
LONGEST_TEXT = 1000
LONGEST_CODE = 20
LONGEST_WAIT = 7 * 24 * 3600.0
MALFORMED = (KeyError, IndexError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What taking an answer apart raises where it is not of the form the service documents."""

_LENGTH = re.compile(r"length of the '(?P<field>\w+)' attribute of the '\w+' entity exceeded.*?'(?P<limit>\d+)'")
_PROPERTY = re.compile(r"(?:property named|Invalid property) '(?P<field>\w+)'")
_VALUE = re.compile(
    r"'(?P<field>\w+)' on record of type|literal '.*' of '(?P<literal>\w+)'|'(?P<attribute>\w+)' attribute"
    r"|haracter in field '(?P<holder>\w+)'"
)
_PRIVILEGE = re.compile(r"missing (?P<privilege>prv\w+) privilege|PrivilegeName: (?P<checked>prv\w+)")
_ABSENT = re.compile(r"(?P<table>\w+) With Ids? ?= ?\{?(?P<id>[0-9a-fA-F-]{36})\}?")
_SEGMENT = re.compile(r"Resource not found for the segment '(?P<name>\w+)'")
_RANGES = {"0x8004432f", "0x80044330", "0x80044331", "0x8004431a", "0x80048408", "0x80040239", "0x80040278"}
_LOCKS = ("0x80044150", "0x80044151", "-2147204784", "-2147204783")
"""Deadlock and time-out of the database, as code or inside the text: the row is fine, try it again."""
_OF_A_PLUG_IN = {"0x80040265", "0x80040224"}
_DUPLICATES = {"0x80040237", "0x80060892"}


_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_WHO = re.compile(rf"(?i)(?:user|team|principal|owner)\s*(?:with\s+)?\W*(?:id)?\W*(?P<user>{_GUID})")
"""Whom the service names: "Principal user (Id=…, type=8)", "user(Id = …)", "SystemUserId=…", "User: …", "with id …"."""
_NO_MEMBER = "is not a member of the organization"
_UNFIT: Sequence[tuple[frozenset[str], re.Pattern[str], str, str]] = (
    (
        frozenset({"0x80040225", "0x80041d1f"}),
        re.compile(r"(?i)\buser\b.{0,200}\b(?:is|either) disabled\b"),
        "is disabled",
        "Enable it there.",
    ),
    (
        frozenset({"0x8004d24b"}),
        re.compile(r"(?i)has not been assigned any licen[sc]e"),
        "has no licence",
        "Assign one, or use an application user.",
    ),
    (frozenset({"0x80072560"}), re.compile(r"(?i)\bnot a member of the organization"), _NO_MEMBER, "Add it there."),
    (
        frozenset({"0x80042f09"}),
        re.compile(r"(?i)no roles are assigned|not been assigned any roles"),
        "has no security role",
        "Assign one there.",
    ),
)
"""Users whom the service takes nothing from, or gives nothing to: by code, else by text; what is wrong, the way out."""
_SETUP = {
    "0x80072491": "Switch change tracking on for this table in Dynamics 365 Sales: {message}",
    "0x8006088d": "Switch optimistic concurrency on for this table in Dynamics 365 Sales: {message}",
    "0x80060883": "Dynamics 365 Sales misses the version of the record: {message}",
    "0x80060890": "Dynamics 365 Sales has no such alternate key; redeploy the integration solution: {message}",
    "0x8004430a": "Dynamics 365 Sales does not go on to this page without its cookie: {message}",
}
WORDS = {
    "0x80040203": "Dynamics 365 Sales does not take a value of this record: {message}",
    "0x80040227": "Other records refer to it, so it cannot be deleted in Dynamics 365 Sales: {message}",
    "0x80048cfb": "The record has an amount but no currency. Couple the currency: {message}",
    "0x8004022e": "Set the record back to its first state before changing it: {message}",
    "0x80100005": "The state is changed by an action of its own: {message}",
    **dict.fromkeys(
        (
            "0x8004f995", "0x8004f90a", "0x8004f912", "0x80061035", "0x8004f978", "0x8004f908", "0x80061009",
            "0x8004f902", "0x8004f915", "0x8004f997", "0x80043b05", "0x80043b06", "0x80043b14", "0x80043b07",
            "0x80043b08", "0x80043810", "0x80043b17", "0x80043b03", "0x80043b0e", "0x80043b0f", "0x80043b04",
            "0x80043afb", "0x80043afa", "0x80048cf6", "0x80048cee", "0x80048ced", "0x80048cef", "0x8004480e",
            "0x80048479", "0x80048cf3", "0x80048cf2", "0x80048cf5", "0x80048cf4", "0x80048cff", "0x80048cec",
            "0x80048ceb", "0x80100003", "0x80048d00", "0x80100000", "0x80100001", "0x80040515",
        ),
        "{message}",
    ),
}  # fmt: skip
"""Refusals of the sales tables whose code is known: their own text is for people, some need a word more. What is not
here is shown with status and code."""


class TooLarge(ConfigurationProblem):
    """The request is larger than the service takes."""

    code = "too-large"


def problem_of(answer: Answer) -> Problem:
    """What an answer with an error status means."""
    code, message = _code_and_message(answer)
    return problem(answer.status, code, message, answer.headers.get("retry-after", ""), answer.text[:4000])


def problem(status: int, code: str, message: str, retry_after: str = "", raw: str = "") -> Problem:
    """The typed problem for a status, a platform code (``0x…`` or blank) and the service's text. Codes vary between
    builds, so the status and the text count as well."""
    if status >= 400 and (found := _whatever_the_status(status, code, message, raw)) is not None:
        return found
    if status in (429, 503):
        return Throttled(f"Dynamics 365 Sales asks us to wait: {message}", retry_after=_seconds(retry_after), raw=raw)
    if status == 401:
        words = "The directory let us in, but the organization does not accept its token. Check the URL and the tenant."
        return SignInRefused(words, part="resource", raw=raw)
    if status == 403:
        return _forbidden(code, message, raw)
    if status == 404:
        return _not_found(code, message, raw)
    if status == 412:
        return _precondition(code, message, raw)
    if status in (413, 414):
        return TooLarge("The request is larger than Dynamics 365 Sales takes.", raw=raw)
    if status == 501:
        return ConfigurationProblem(f"Dynamics 365 Sales does not offer this: {message}", raw=raw)
    if status >= 500:
        return Unreachable(f"Dynamics 365 Sales has a problem of its own ({status}): {message}", raw=raw)
    return _bad_request(status, code, message, raw)


def _whatever_the_status(status: int, code: str, message: str, raw: str) -> Problem | None:
    """What is said by its code alone, since it comes with several statuses; with 401 it is always the token."""
    if code in _LOCKS or any(sign in message for sign in _LOCKS) or "deadlock" in message.lower():
        return Locked("The record was locked by somebody else.", raw=raw)
    if code in _OF_A_PLUG_IN:
        return Refused(f"A plug-in of the organization refused it: {message}", raw=raw)
    if code in _DUPLICATES or "Cannot insert duplicate key" in message:
        return DuplicateKey(message or "A record with this key exists already.", raw=raw)
    return None if status == 401 else _about_a_user(code, message, raw)


def _about_a_user(code: str, message: str, raw: str) -> Problem | None:
    """A user who is not fit, or lacks a privilege: the code comes with 400 and 403, and the text without its code."""
    user = _user_in(message)
    for codes, text, why, way_out in _UNFIT:
        if code in codes or text.search(message):
            place = "" if why == _NO_MEMBER else " in this organization"
            words = f"The integration user {why}{place}. {way_out}"
            kind = RoleMissing if why == "has no security role" else NotAMember
            return kind(words, user=user, why=why, raw=raw)
    if match := _PRIVILEGE.search(message):
        privilege = match["privilege"] or match["checked"]
        words = f"The integration user lacks the privilege {privilege}."
        return PrivilegeMissing(words, user=user, why=f"lacks the privilege {privilege}", raw=raw)
    return None


def _user_in(message: str) -> uuid.UUID | None:
    found = _WHO.search(message)
    return uuid.UUID(found["user"]) if found else None


def _forbidden(code: str, message: str, raw: str) -> Problem:
    if code == "0x80048306":
        return Refused(f"Dynamics 365 Sales allows no access to this record: {message}", raw=raw)
    words = f"The integration user may not do this: {message}"
    return PrivilegeMissing(words, user=_user_in(message), why=f"may not do this: {message}", raw=raw)


def _not_found(code: str, message: str, raw: str) -> Problem:
    if match := _SEGMENT.search(message):
        return TableMissing(f"The organization has no table “{match['name']}”.", raw=raw)
    if match := _ABSENT.search(message):
        return NotFound(f"There is no {match['table']} with the id {match['id']}.", raw=raw)
    if code in ("0x80040217", "0x80060891"):
        return NotFound(message or "There is no such record.", raw=raw)
    return ConfigurationProblem(f"Dynamics 365 Sales does not know this address: {message}", raw=raw)


def _precondition(code: str, message: str, raw: str) -> Problem:
    if code == "0x80060882":
        return VersionConflict("Somebody changed the record in the meantime.", raw=raw)
    if code == "0x80040333":
        return Refused(f"A duplicate detection rule of the organization refused it: {message}", raw=raw)
    return VersionConflict(message or "A condition of the request does not hold.", raw=raw)


def _bad_request(status: int, code: str, message: str, raw: str) -> Problem:
    for read in (_about_the_request, _about_a_value, _about_the_row):
        found = read(code, message, raw)
        if found is not None:
            return found
    if code in WORDS:
        return Refused(WORDS[code].format(message=message), raw=raw)
    if code or message:
        opening = f"{message} " if message else ""
        return Refused(f"{opening}(Dynamics 365 Sales answered {status}{_with(code)}.)", raw=raw)
    return BadAnswer(f"Dynamics 365 Sales answered {status} without a reason.", raw=raw)


def _with(code: str) -> str:
    return f" with code {code}" if code else ""


def _about_the_request(code: str, message: str, raw: str) -> Problem | None:
    """What would go wrong for every row."""
    if code == "0x80044352":
        return CursorExpired("The change-tracking token is too old.", raw=raw)
    if code in _SETUP:
        return ConfigurationProblem(_SETUP[code].format(message=message), raw=raw)
    if match := _PROPERTY.search(message):
        return FieldMissing(f"The organization has no column “{match['field']}” here.", raw=raw)
    if code == "0x80041102":
        return TableMissing(message, raw=raw)
    if code == "0x80041103" or "undeclared property" in message:
        return FieldMissing(message, raw=raw)
    return None


def _about_a_value(code: str, message: str, raw: str) -> Problem | None:
    if match := _LENGTH.search(message):
        field, limit = match["field"], match["limit"]
        return InvalidValue(f"{field} takes at most {limit} characters.", field=field, raw=raw)
    if match := _VALUE.search(message):
        return InvalidValue(message, field=next(name for name in match.groups() if name), raw=raw)
    return InvalidValue(message, raw=raw) if code in _RANGES else None


def _about_the_row(code: str, message: str, raw: str) -> Problem | None:
    if match := _ABSENT.search(message):
        return ReferenceMissing(f"The {match['table']} that it refers to does not exist.", raw=raw)
    return None


def _code_and_message(answer: Answer) -> tuple[str, str]:
    """Code and message of an error body, as far as there is one."""
    try:
        body: Any = answer.json()
    except BadAnswer:
        return "", _readable(answer.text)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", _readable(answer.text)
    return _code(error.get("code")), _readable(str(error.get("message") or ""))


def _code(given: Any) -> str:
    """The platform code as ``0x…``; older answers have it as a negative number."""
    text = str(given or "").lower()[:LONGEST_CODE]
    if text.startswith("-") and text[1:].isdecimal() and text not in _LOCKS:
        return f"{int(text) & 0xFFFFFFFF:#x}"
    return text


def _readable(text: str) -> str:
    """The text as one line a person can read: no web pages, no control characters, not endless."""
    if text.lstrip("\ufeff \r\n\t").startswith("<"):
        return "a web page came instead of an answer"
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"


def _seconds(text: str) -> float:
    try:
        return max(0.0, min(float(text), LONGEST_WAIT))
    except ValueError:
        return DEFAULT_WAIT
