"""What the second of two people reads, and what a page that was tampered with is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Never

import pytest
from django import forms
from django.db import IntegrityError, models

from integration.forms.versioned import AT_ONCE, INCOMPLETE, NOT_THERE, OVERTAKEN, SAVE_AGAIN, Stored, Versioned, shown
from integration.forms.versioned import made as made_of
from integration.models import FieldMapping, TableMapping

FIRM = {"Tenant": "contoso", "Client ID": "4711"}


def test_a_page_nobody_changed_meanwhile_has_nothing_to_say() -> None:
    assert Stored(FIRM).changes_since(Stored(FIRM).stamp()) == ""
    assert Stored().changes_since(Stored().stamp()) == ""


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"Tenant": "fabrikam", "Client ID": "4711"}, "Tenant: “contoso” → “fabrikam”"),
        ({"Tenant": "contoso"}, f"Client ID: “4711” → “{NOT_THERE}”"),
        ({**FIRM, "Region": "EU"}, f"Region: “{NOT_THERE}” → “EU”"),
        ({"Tenant": "", "Client ID": "4711"}, "Tenant: “contoso” → “”"),
        ({"Tenant": "fabrikam", "Client ID": "1"}, "Tenant: “contoso” → “fabrikam”; Client ID: “4711” → “1”"),
    ],
)
def test_each_change_of_others_is_said_with_both_values_and_what_to_do(now: dict[str, str], said: str) -> None:
    message = Stored(now).changes_since(Stored(FIRM).stamp())

    assert message == f"{OVERTAKEN}Changed meanwhile: {said}. {SAVE_AGAIN}"


def test_what_to_do_then_can_be_something_else() -> None:
    message = Stored({}).changes_since(Stored(FIRM).stamp(), "Look at it, then start again.")

    assert message.endswith("Look at it, then start again.")


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c", Stored(FIRM).stamp() + "x", Stored(FIRM).stamp()[1:]])
def test_a_stamp_that_is_none_or_was_tampered_with_is_an_incomplete_page(token: str) -> None:
    assert Stored(FIRM).changes_since(token) == INCOMPLETE


def test_a_stamp_does_not_hold_what_was_shown_as_anybody_could_write_it() -> None:
    stamp = Stored(FIRM).stamp()

    assert stamp.count(":") >= 2
    assert Stored({"Tenant": "contoso"}).stamp() != stamp


@pytest.mark.parametrize(
    ("row", "names", "expected"),
    [
        (TableMapping(name="CUSTOMER", direction="both"), ["name"], ["CUSTOMER"]),
        (
            TableMapping(direction="to_crm"),
            ["direction"],
            [str(TableMapping(direction="to_crm").get_direction_display())],
        ),
        (TableMapping(only_coupled=True), ["only_coupled"], ["yes"]),
        (TableMapping(only_coupled=False), ["only_coupled"], ["no"]),
        (FieldMapping(constant=""), ["constant"], [""]),
        (FieldMapping(match_priority=3, is_enabled=True), ["match_priority", "is_enabled"], ["3", "yes"]),
    ],
)
def test_columns_are_shown_by_their_captions_as_a_person_reads_them(
    row: FieldMapping | TableMapping, names: list[str], expected: list[str]
) -> None:
    found = shown(row, names)

    assert list(found) == [str(row._meta.get_field(name).verbose_name) for name in names]
    assert list(found.values()) == expected


class Nameless(forms.Form):
    pass


@pytest.mark.django_db
def test_what_somebody_else_made_at_that_moment_is_an_error_above_the_form() -> None:
    form = Nameless({})
    assert form.is_valid()

    def make() -> Never:
        raise IntegrityError("UNIQUE constraint failed")

    assert made_of(form, make) is None
    assert form.non_field_errors() == [AT_ONCE]
    assert made_of(Nameless({}), lambda: 4711) == 4711


class Sent(Versioned):
    """As a form that was sent: always valid, with these rows behind it."""

    def __init__(
        self,
        *rows: models.QuerySet[Any],
        stored: dict[str, str] = FIRM,
        seen: dict[str, str] = FIRM,
        fails: Exception | None = None,
        again: bool = False,
    ) -> None:
        self.behind, self.fails, self.again = rows, fails, again
        self.now, self.seen = Stored(stored), Stored(seen).stamp()
        self.wrote, self.said, self.asked = 0, "", 0

    def is_valid(self) -> bool:
        return True

    def rows(self) -> Sequence[models.QuerySet[Any]]:
        return self.behind

    def stored(self) -> Stored:
        return self.now

    def store(self) -> None:
        if self.fails is not None:
            raise self.fails
        self.wrote += 1

    def after_storing(self) -> None:
        self.asked += 1

    def repeats(self) -> bool:
        return self.again

    def token(self) -> str:
        return self.seen

    def refuse(self, message: str) -> None:
        self.said = message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "wrote", "said"),
    [
        (Sent(), 1, ""),
        (Sent(TableMapping.objects.filter(name="GONE")), 0, "Somebody else deleted this while you had it open."),
        (Sent(stored={"Tenant": "fabrikam"}), 0, OVERTAKEN),
        (Sent(stored={"Tenant": "fabrikam"}, again=True), 1, ""),
        (Sent(fails=IntegrityError("twice")), 0, AT_ONCE),
    ],
)
def test_a_form_is_stored_once_or_refused_in_words_and_asks_nobody_else_then(sent: Sent, wrote: int, said: str) -> None:
    assert sent.saved() is bool(wrote)

    assert (sent.wrote, sent.asked) == (wrote, wrote)
    assert sent.said.startswith(said)
    assert bool(sent.said) is not bool(wrote)


@pytest.mark.django_db
def test_a_row_that_others_need_is_no_matter_of_two_people() -> None:
    sent = Sent(fails=models.ProtectedError("It is needed.", set()))

    with pytest.raises(models.ProtectedError):
        sent.saved()
    assert sent.said == ""
