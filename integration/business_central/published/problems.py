"""What is wrong with a question, as OData says it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

LONGEST_ECHO = 60
"""So much of what somebody sent is said back to them."""


class RefusedQuestion(Exception):
    """An error with its HTTP status, a code as Business Central's own service has it, a sentence for people, and
    headers of the answer."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = int(status)
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def bad(message: str) -> RefusedQuestion:
    """The question breaks a rule of OData."""
    return RefusedQuestion(HTTPStatus.BAD_REQUEST, "BadRequest_NotFound", message)


def not_offered(what: str) -> RefusedQuestion:
    """A part of OData that this service does not have."""
    return RefusedQuestion(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", f"{what} is not offered by this service.")


def no_resource(name: str) -> RefusedQuestion:
    """An address that leads nowhere."""
    words = f"Resource not found for the segment “{shortened(name)}”."
    return RefusedQuestion(HTTPStatus.NOT_FOUND, "BadRequest_ResourceNotFound", words)


def shortened(text: str) -> str:
    """What somebody sent, as long as it is said back."""
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}…"
