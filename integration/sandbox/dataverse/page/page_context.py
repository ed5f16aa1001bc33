"""One request to the page: who asks, from where, with what."""

from __future__ import annotations

from dataclasses import dataclass, field

from integration.sandbox.dataverse.page.api_client import ApiClient
from integration.sandbox.dataverse.page.kinds import KINDS
from integration.sandbox.dataverse.page.markup import Content, Html, link, page, tag
from integration.sandbox.dataverse.page.session import Session
from integration.sandbox.shell.messages import Response


@dataclass(frozen=True)
class PageContext:
    """``given`` is the query of a GET, the form of a POST; ``name`` the person's."""

    client: ApiClient
    session: Session
    name: str
    given: dict[str, str] = field(default_factory=dict)
    here: str = ""

    def page(self, title: str, content: Content, problem: str = "", status: int = 200) -> Response:
        """A page under the head with the lists and the person's name; what went wrong comes first."""
        alert = tag("p", problem, role="alert") if problem else None
        return page(title, [alert, content], self._top(), status)

    def form(self, address: str, *content: Content, class_: str = "row") -> Html:
        """A form that changes something; it carries the session's token."""
        token = tag("input", type="hidden", name="token", value=self.session.token)
        return tag("form", token, *content, method="post", action=address, class_=class_)

    def button(self, address: str, label: str, main: bool = False, **attributes: str) -> Html:
        pressed = tag("button", label, class_="main" if main else None, **attributes)
        return self.form(address, pressed, class_="press")

    def _top(self) -> Html:
        links = [
            link(f"/sales/{kind.set}/", kind.many, aria_current="page" if kind.set == self.here else None)
            for kind in KINDS
        ]
        out = self.button("/sales/sign-out", "Sign out")
        inside = tag("div", tag("strong", "Sales (sandbox)"), tag("nav", *links, aria_label="Lists"),
                     tag("span", self.name), out)  # fmt: skip
        return tag("header", inside)
