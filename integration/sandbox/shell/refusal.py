"""A request that a played service does not accept."""

from __future__ import annotations


class Refusal(Exception):
    """The HTTP status, the service's own error code and text, and headers of the answer."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
