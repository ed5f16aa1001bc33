"""Columns and views that a person chooses for a list."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integration.models import User
from integration.pages.lists import layout
from integration.pages.lists.layout import chosen_columns, views_of
from tests.people import VIEWER, client_of, made

USUAL, OFFERED = ("no", "name"), ("no", "name", "city", "phone_no")
BACK = "/records/erp/customer/?state=coupled&after=x&q=ada"


@pytest.fixture
def vera(db: None) -> User:
    return made("Vera", VIEWER)


def columns(vera: User) -> list[str]:
    vera.refresh_from_db()
    return chosen_columns(vera, "erp/customer", USUAL, OFFERED)


def press(vera: User, button: str, /, **sent: object) -> str:
    """Where the button leads back to."""
    return client_of(vera).post(reverse(button), {"list": "erp/customer", "back": BACK, **sent})["Location"]


def test_columns_are_remembered_for_the_person_and_the_list_in_their_order(vera: User) -> None:
    assert columns(vera) == ["no", "name"]

    back = press(vera, "list_columns", columns=["phone_no", "no", "no", "gone"])

    assert back == "/records/erp/customer/?state=coupled&q=ada"
    assert columns(vera) == ["phone_no", "no"]
    assert chosen_columns(vera, "erp/vendor", USUAL, OFFERED) == ["no", "name"]


def test_a_column_moves_to_the_left_one_by_one_and_the_choice_stays_open(vera: User) -> None:
    back = press(vera, "list_columns", columns=["no", "name", "city"], up="city")

    assert (columns(vera), back.endswith("&choose=columns")) == (["no", "city", "name"], True)
    press(vera, "list_columns", columns=["no", "city", "name"], up="no")
    assert columns(vera) == ["no", "city", "name"]


@pytest.mark.parametrize("sent", [{"usual": "yes", "columns": ["city"]}, {"columns": []}])
def test_the_usual_columns_come_back(vera: User, sent: dict[str, object]) -> None:
    press(vera, "list_columns", columns=["city"])
    press(vera, "list_columns", **sent)

    assert columns(vera) == ["no", "name"]


def test_a_view_is_saved_by_name_replaced_and_deleted(vera: User) -> None:
    for name, query in (("late", "q=a"), ("Blocked", "f-blocked=3"), ("late", "q=b")):
        press(vera, "list_views", name=name, query=query)
    vera.refresh_from_db()
    assert [(one.name, one.query) for one in views_of(vera, "erp/customer")] == [
        ("Blocked", "f-blocked=3"), ("late", "q=b"),
    ]  # fmt: skip

    press(vera, "list_views", delete="late")
    press(vera, "list_views", delete="never there")
    vera.refresh_from_db()
    assert [one.name for one in views_of(vera, "erp/customer")] == ["Blocked"]
    press(vera, "list_views", delete="Blocked")
    vera.refresh_from_db()
    assert vera.list_views == {}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": " ", "query": ""}, "Give the view a name."),
        ({"name": "n" * 61, "query": ""}, "A name of a view has at most 60 letters."),
        ({"name": "all", "query": "q=" + "a" * 2000}, "There are too many conditions for one view."),
        ({"name": "one more", "query": ""}, "There are too many views. Delete one first."),
    ],
)
def test_a_view_that_cannot_be_saved_says_why(
    vera: User, sent: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "MOST_VIEWS", 1)
    layout.keep_view(vera, "erp/customer", "first", "")

    answer = client_of(vera).post(
        reverse("list_views"), {"list": "erp/customer", "back": "/synch/plans/", **sent}, follow=True
    )

    assert said in answer.content.decode()
    vera.refresh_from_db()
    assert [one.name for one in views_of(vera, "erp/customer")] == ["first"]


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com/", "", "javascript:alert(1)"])
def test_a_choice_never_leads_elsewhere(vera: User, back: str) -> None:
    answer = client_of(vera).post(reverse("list_columns"), {"list": "x", "columns": ["no"], "back": back})

    assert answer["Location"] == "/"


def test_a_choice_is_only_taken_by_post(vera: User) -> None:
    browser: Client = client_of(vera)
    assert [browser.get(reverse(name)).status_code for name in ("list_columns", "list_views")] == [405, 405]
