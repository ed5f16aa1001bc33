"""Numbers on the pages of documents as each person writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from integration.models import User
from tests.business_central.trading import item, lines_of, order
from tests.integration.open_documents.pages import at, edit_page, named, save, text_of


@pytest.fixture
def bernd() -> None:
    """All write 1.234,50 here."""
    User.objects.update(number_format="comma")


@pytest.mark.parametrize(("typed", "stored"), [("12,5", "12.5"), ("1.234,5", "1234.5"), ("1.234.567", "1234567")])
def test_a_quantity_is_read_as_the_person_writes_it(olga: Client, bernd: None, typed: str, stored: str) -> None:
    made = order(item(quantity=3))

    save(olga, made, line_0_quantity=typed)

    assert lines_of(made)[0].quantity == Decimal(stored)


@pytest.mark.parametrize("typed", ["1.234", "12.5", "1,234.5"])
def test_a_quantity_that_may_be_another_is_refused_and_stays_in_its_input(
    olga: Client, bernd: None, typed: str
) -> None:
    made = order(item(quantity=3))

    page = save(olga, made, line_0_quantity=typed)

    assert "such as 1234,5" in page
    assert f'value="{typed}"' in page
    assert lines_of(made)[0].quantity == 3


def test_the_inputs_show_what_they_take_and_saving_them_untouched_changes_nothing(olga: Client, bernd: None) -> None:
    made = order(item(quantity=3), invoice_discount_value=Decimal("1.5"))
    sent = edit_page(olga, made)

    assert (sent["line-0-unit_price"], sent["line-0-quantity"]) == (["100,00"], ["3"])
    assert sent["invoice_discount_value"] == ["1,50"]
    version = made.row_version
    save(olga, made)
    assert made.row_version == version


def test_what_follows_while_somebody_types_is_written_as_they_write(olga: Client, bernd: None) -> None:
    made = order(item(quantity=3))
    sent = {**edit_page(olga, made), **named({"line_0_quantity": "12,5"})}

    part = text_of(olga.post(at(made, "amounts/"), sent))

    assert 'data-new-qty_to_ship="12,5"' in part
    assert "1.250,00" in part
