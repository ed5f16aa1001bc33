"""One request to the page: who asks, from where, with what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integration.sandbox.dataverse.page.api_client import ApiClient
from integration.sandbox.dataverse.page.rendering import page
from integration.sandbox.dataverse.page.session import Session
from integration.sandbox.shell.messages import Response


@dataclass(frozen=True)
class PageContext:
    """``given`` is the query of a GET, the form of a POST; ``name`` the person's; ``here`` the list one is in."""

    client: ApiClient
    session: Session
    name: str
    given: dict[str, str] = field(default_factory=dict)
    here: str = ""

    def page(self, template: str, title: str, problem: str = "", status: int = 200, **values: Any) -> Response:
        """A page under the head with the lists and the person's name; what went wrong comes first."""
        return page(template, title, problem, status, context=self, **values)
