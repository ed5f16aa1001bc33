"""Pages that edit records, opened and sent back as a browser does it."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from integration.business_central.models import CompanyRow
from tests.coupling.conftest import told
from tests.pages import Forms, form_on


class EditPage:
    """One page in one browser: what it showed, and what is typed into it."""

    def __init__(self, client: Client, name: str, *args: object) -> None:
        self.client = client
        self.address = reverse(name, args=args)
        self.sent: dict[str, Any] = dict(form_on(client, self.address, self.address))

    def type(self, **values: object) -> EditPage:
        self.sent |= values
        return self

    def save(self, **pressed: str) -> EditPage:
        """Send it; ``text`` is the page that comes back, which is what the browser shows then."""
        self.answer: Any = self.client.post(self.address, {**self.sent, **(pressed or {"save": "yes"})})
        self.text = "" if self.answer.status_code == 302 else self.answer.content.decode()
        return self

    def again(self) -> EditPage:
        """Go on with the page that came back."""
        forms = Forms(self.address)
        forms.feed(self.text)
        self.sent = dict(next(form.values for form in forms.found if "seen" in form.values))
        return self

    @property
    def is_saved(self) -> bool:
        return bool(self.answer.status_code == 302)

    @property
    def notices(self) -> list[str]:
        return told(self.answer)


def edit(client: Client, row: CompanyRow) -> EditPage:
    """Edit of one row."""
    return EditPage(client, "record_edit", row.slug(), row.pk)


def new(client: Client, table: str) -> EditPage:
    """New of one table."""
    return EditPage(client, "record_new", table)
