"""A list that is narrowed to a number, in the browsers of people who write numbers differently."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client

from integration.business_central.models import Customer
from integration.models import User
from tests.people import INTEGRATOR, client_of, made

LIST = "/records/erp/customer/"


@pytest.fixture
def bernd(db: None) -> Client:
    """Bernd writes 1.234,50. Of his customers only Adatum has such a limit."""
    Customer.objects.create(no="C1", name="Adatum", credit_limit_lcy=Decimal("1234.5"))
    Customer.objects.create(no="C2", name="Fabrikam", credit_limit_lcy=Decimal(2))
    person = made("bernd", INTEGRATOR)
    User.objects.filter(pk=person.pk).update(number_format="comma")
    return client_of(person)


def names(page: str) -> list[str]:
    return [name for name in ("Adatum", "Fabrikam") if name in page]


def test_the_address_that_a_number_was_typed_into_is_one_that_everybody_can_open(bernd: Client) -> None:
    moved = bernd.get(LIST, {"f-credit_limit_lcy": "1.234,50", "state": "", "q": "a"})

    assert moved.status_code == 302
    assert QueryDict(moved.url.partition("?")[2])["f-credit_limit_lcy"] == "1234.5"
    annette = client_of(made("annette", INTEGRATOR))
    for person in (bernd, annette):
        answer = person.get(moved.url)
        assert (answer.status_code, names(answer.content.decode())) == (200, ["Adatum"])
    assert 'value="1234,5"' in bernd.get(moved.url).content.decode()


def test_a_number_that_may_be_two_shows_everybody_and_says_why(bernd: Client) -> None:
    page = bernd.get(LIST, {"f-credit_limit_lcy": "1.234", "o-credit_limit_lcy": "from"}).content.decode()

    assert names(page) == ["Adatum", "Fabrikam"]
    assert "write the number without “.”, such as 1234,5." in page


def test_a_list_of_this_database_moves_too(bernd: Client) -> None:
    moved = bernd.get("/synch/jobs/", {"f-records_done": "1.234.567"})

    assert (moved.status_code, moved["Location"]) == (302, "/synch/jobs/?f-records_done=1234567")
