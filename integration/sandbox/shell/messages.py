"""A request as it comes over HTTP and an answer as it goes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Incoming:
    """``path`` begins with a slash and is still percent-encoded, ``query`` is what follows the question mark. Header
    names are in lower case. ``base`` is scheme, host and port as the client wrote them."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    base: str

    @property
    def address(self) -> str:
        return self.path + (f"?{self.query}" if self.query else "")


@dataclass
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
