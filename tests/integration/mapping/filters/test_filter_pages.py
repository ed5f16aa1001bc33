"""The filters of a mapping on its page: conditions in words, added and removed, counted, saved, and never lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from integration.models import TableMapping, User
from integration.systems.memory import MemorySystem
from integration.systems.values import Side
from tests.integration.mapping.pages import save, shown, the
from tests.pages import form_on

pytestmark = pytest.mark.django_db

ADDRESS = "/mappings/CUSTOMER/"
STORED = "statecode = Active and customertypecode = Customer"


def text_on(answer: HttpResponse, part: str = "") -> str:
    """What a person reads on the page, or in the list with this id."""
    page = answer.content.decode()
    if part:
        page = page.partition(f'id="{part}"')[2].partition(">")[2].partition("</ul>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def press(client: Client, button: str, **more: object) -> Any:
    return client.post(ADDRESS, {**shown(client), "build": button, **more})


def filter_of(answer: Any, side: str = "crm_filter") -> Any:
    return next(one for one in answer.context["form"].filters if one.name == side)


def words(answer: Any, side: str = "crm_filter") -> list[str]:
    return [one.words for one in filter_of(answer, side).conditions]


DRAFT = {"erp_filter-field": "credit_limit", "erp_filter-o-credit_limit": "from"}


def test_the_conditions_in_force_are_said_in_words_and_the_text_is_folded(mapping: TableMapping, admin: Client) -> None:
    page = admin.get(ADDRESS)

    assert words(page) == ["statecode is Active", "customertypecode is Customer"]
    assert words(page, "erp_filter") == ["blocked is blank"]
    assert '<details class="filter-text"><summary>As text' in page.content.decode()
    assert "Integration table filter: Account" in text_on(page)


def test_a_condition_is_added_in_two_steps_and_stored_with_save(mapping: TableMapping, admin: Client) -> None:
    chosen = press(admin, "add:erp_filter", **{"erp_filter-field": "blocked"})
    assert [one.label for one in filter_of(chosen, "erp_filter").entry.choices][:2] == ["(blank)", "Ship"]
    given = {"erp_filter-field": "blocked", "erp_filter-o-blocked": "not", "erp_filter-f-blocked": ["1", "3"]}
    added = press(admin, "add:erp_filter", **given)

    assert words(added, "erp_filter") == ["blocked is blank", "blocked is none of Ship or All"]
    assert filter_of(added, "erp_filter").entry is None
    assert "Customer: 2 matching rows" in text_on(added)
    assert the("CUSTOMER").erp_filter == "blocked = ' '", "only Save stores"
    save(admin, erp_filter=added.context["form"]["erp_filter"].value())
    assert the("CUSTOMER").erp_filter == "blocked = ' ' and not blocked in ('Ship', 'All')"


def test_a_condition_is_removed_and_the_others_keep_their_letters(mapping: TableMapping, admin: Client) -> None:
    stored = "statecode =   Active and name contains  ltd and customertypecode = Customer"
    TableMapping.objects.update(crm_filter=stored)
    answer = press(admin, "remove:crm_filter:name contains  ltd")

    assert answer.context["form"]["crm_filter"].value() == "statecode =   Active and customertypecode = Customer"
    assert 'id="crm_filter-field" name="crm_filter-field" autofocus' in answer.content.decode()
    assert the("CUSTOMER").crm_filter == stored


def test_what_stands_in_the_row_is_counted_and_saved_without_pressing_add(mapping: TableMapping, admin: Client) -> None:
    draft = {"erp_filter-field": "name", "erp_filter-o-name": "begins", "erp_filter-f-name": "Ada"}
    counted = admin.get(f"{ADDRESS}count/", {"erp_filter": "", **draft})
    assert "Customer: 1 matching row" in text_on(counted)
    answer = save(admin, **draft)

    assert "CUSTOMER is saved" in text_on(answer)
    assert the("CUSTOMER").erp_filter == "blocked = ' ' and name begins with 'Ada'"
    assert the("CUSTOMER").full_run_needed


@pytest.mark.parametrize("value", ["much", ""])
def test_a_bad_value_is_told_beside_its_input_and_nothing_is_stored(
    mapping: TableMapping, admin: Client, value: str
) -> None:
    answer = save(admin, conflict="send", **DRAFT, **{"erp_filter-f-credit_limit": value})
    page = answer.content.decode()

    assert ("not “much”" if value else "Enter a value") in text_on(answer)
    assert "A condition that is being added is not complete." in page
    assert 'aria-invalid="true" aria-describedby="problem-erp_filter-credit_limit"' in page
    assert 'id="problem-erp_filter-credit_limit"' in page
    assert ("Customer: 2 matching rows" in text_on(answer)) is not bool(value), "what is not typed yet narrows nothing"
    assert (the("CUSTOMER").erp_filter, the("CUSTOMER").conflict) == ("blocked = ' '", "none")


def test_cancel_closes_the_row_and_enter_adds_where_one_is_open(mapping: TableMapping, admin: Client) -> None:
    given = {**DRAFT, "erp_filter-f-credit_limit": "1000"}
    canceled = press(admin, "cancel:erp_filter", **given)
    assert (words(canceled, "erp_filter"), filter_of(canceled, "erp_filter").entry) == (["blocked is blank"], None)
    entered = admin.post(ADDRESS, {**shown(admin), **given, "enter": "1"})
    assert words(entered, "erp_filter") == ["blocked is blank", "credit_limit is at least 1000"]
    assert the("CUSTOMER").erp_filter == "blocked = ' '"
    saved = admin.post(ADDRESS, {**shown(admin), "conflict": "send", "enter": "1"})
    assert (saved.status_code, the("CUSTOMER").conflict) == (302, "send")


def test_the_button_that_enter_presses_stands_before_all_that_remove(mapping: TableMapping, admin: Client) -> None:
    form = admin.get(ADDRESS).content.decode().partition(f'action="{ADDRESS}"')[2]
    assert re.findall(r'<button[^>]* name="(\w+)"', form)[0] == "enter"


def test_text_and_row_of_one_form_both_count_and_neither_overwrites_the_other(
    mapping: TableMapping, admin: Client
) -> None:
    save(admin, erp_filter="city = London", **DRAFT, **{"erp_filter-f-credit_limit": "1000"})
    assert the("CUSTOMER").erp_filter == "city = London and credit_limit >= 1000"
    edited = {"erp_filter-shown": filter_of(admin.get(ADDRESS), "erp_filter").shown}
    edited |= {"erp_filter": "city = Paris or no = 10000"}
    answer = press(admin, "remove:erp_filter:credit_limit >= 1000", **edited)

    assert "The text was changed and does not have that condition any more." in text_on(answer)
    assert answer.context["form"]["erp_filter"].value() == "city = Paris or no = 10000"
    assert '<details class="filter-text" open' in answer.content.decode()


def test_alternatives_are_shown_as_one_block_and_only_changed_as_text(mapping: TableMapping, admin: Client) -> None:
    block = "(city = London or name contains 'it''s')"
    TableMapping.objects.update(erp_filter=f"blocked = ' ' and {block}")
    page = admin.get(ADDRESS)
    assert "city is London or name contains it's kept as it is" in text_on(page, "erp_filter-conditions")
    assert page.content.decode().count("remove:erp_filter:") == 1
    save(admin, **DRAFT, **{"erp_filter-f-credit_limit": "5"})
    save(admin, conflict="send")

    assert the("CUSTOMER").erp_filter == f"blocked = ' ' and {block} and credit_limit >= 5"


def test_a_text_that_is_no_filter_stays_in_its_input_beside_what_is_wrong(mapping: TableMapping, admin: Client) -> None:
    answer = save(admin, erp_filter="city London", **DRAFT, **{"erp_filter-f-credit_limit": "5"})

    assert "The text cannot be read: “London” is not an operator." in text_on(answer, "erp_filter-conditions")
    assert answer.context["form"].errors["erp_filter"] == ["“London” is not an operator."]
    assert filter_of(answer, "erp_filter").entry.text == "5"
    assert the("CUSTOMER").erp_filter == "blocked = ' '"


def test_words_follow_the_text_while_it_is_typed(mapping: TableMapping, admin: Client) -> None:
    page = admin.get(f"{ADDRESS}count/", {"erp_filter": "city = Paris", "crm_filter": "name ="})

    assert "city is Paris Remove" in text_on(page, "erp_filter-conditions")
    assert "The text cannot be read: A value is missing." in text_on(page, "crm_filter-conditions")
    assert page.content.decode().count('hx-swap-oob="true"') == 2


def test_a_column_that_is_gone_is_named_at_its_condition_and_can_be_removed(
    mapping: TableMapping, admin: Client
) -> None:
    TableMapping.objects.update(erp_filter="colour = red and city = London")
    page = admin.get(ADDRESS)

    assert "Customer has no field “colour”." in text_on(page, "erp_filter-conditions")
    assert 'value="remove:erp_filter:colour = red"' in page.content.decode()


def test_hostile_text_in_a_value_is_text_on_the_page(mapping: TableMapping, admin: Client) -> None:
    TableMapping.objects.update(erp_filter="name = '<script>alert(1)</script>\"' and city = '\u202e" + "x" * 5000 + "'")
    page = admin.get(ADDRESS).content.decode()

    assert "<script>alert" not in page
    assert "\u202e" not in page.partition('id="erp_filter-conditions"')[2].partition("<button")[0]


# --- a side that is silent, people without the right, two at once --------------------------------------------


def test_a_silent_side_still_says_its_conditions_and_lets_only_the_text_be_edited(
    mapping: TableMapping, admin: Client, broken: None
) -> None:
    TableMapping.objects.update(crm_filter=f"{STORED} and address1_city = London")
    page = admin.get(ADDRESS)

    assert "No route to contoso" in text_on(page)
    assert words(page) == ["Statecode is Active", "Customertypecode is Customer", "city is London"]
    assert "can be changed as text only" in text_on(page)
    assert "remove:crm_filter" not in page.content.decode()
    assert "remove:erp_filter" in page.content.decode(), "Business Central answers"
    assert 'name="crm_filter-field"' not in page.content.decode()
    save(admin, crm_filter="whatever = 1")
    assert the("CUSTOMER").crm_filter == "whatever = 1"


def test_a_row_that_was_open_when_its_side_fell_silent_is_not_dropped_without_a_word(
    mapping: TableMapping, admin: Client, broken: None
) -> None:
    draft = {"crm_filter-field": "name", "crm_filter-o-name": "is", "crm_filter-f-name": "Adatum"}
    answer = save(admin, conflict="send", **draft)

    assert "so the condition was not added" in text_on(answer)
    assert the("CUSTOMER").conflict == "none"
    save(admin, conflict="send")
    assert (the("CUSTOMER").conflict, the("CUSTOMER").crm_filter) == ("send", STORED)


def test_a_viewer_reads_the_conditions_and_meets_no_input_of_theirs(mapping: TableMapping, reader: Client) -> None:
    page = reader.get(ADDRESS).content.decode()

    assert "customertypecode is Customer" in page
    for word in ('name="build"', 'name="erp_filter"', 'name="crm_filter"', "filter-field", 'name="enter"', "remove:"):
        assert word not in page
    assert f"<code>{STORED}</code>" in page
    assert reader.post(ADDRESS, {"build": "add:erp_filter"}).status_code == 403


def test_a_viewer_counts_what_is_stored_with_and_without_javascript(mapping: TableMapping, reader: Client) -> None:
    assert "Account: 2 matching rows" in text_on(reader.get(f"{ADDRESS}count/"))
    assert "Account: 2 matching rows" in text_on(reader.get(f"{ADDRESS}?count=1"))


def test_the_second_of_two_people_is_told_of_the_first_ones_condition(mapping: TableMapping, admin: Client) -> None:
    seen = shown(admin)
    draft = {"erp_filter-field": "name", "erp_filter-o-name": "is", "erp_filter-f-name": "Adatum"}
    save(admin, **draft)
    answer = admin.post(ADDRESS, {**seen, **DRAFT, "erp_filter-f-credit_limit": "5"})

    assert "table filter: “blocked is blank” → “blocked is blank and name is Adatum”" in text_on(answer)
    assert the("CUSTOMER").erp_filter == "blocked = ' ' and name = 'Adatum'"


def test_days_and_numbers_are_typed_and_read_as_the_person_has_chosen(mapping: TableMapping, admin: Client) -> None:
    User.objects.filter(username="annette").update(day_format="dots", number_format="comma", time_zone="Europe/Berlin")
    save(admin, **DRAFT, **{"erp_filter-f-credit_limit": "1.234.567,50"})
    draft = {"crm_filter-field": "lastonholdtime", "crm_filter-o-lastonholdtime": "from"}
    save(admin, **draft, **{"crm_filter-f-lastonholdtime": "31.01.2027"})
    page = admin.get(ADDRESS)

    assert "credit_limit is at least 1234567,5" in text_on(page, "erp_filter-conditions")
    assert "lastonholdtime is from 31.01.2027" in text_on(page, "crm_filter-conditions")
    assert the("CUSTOMER").crm_filter == f"{STORED} and lastonholdtime >= 2027-01-30T23:00:00+00:00"
    assert the("CUSTOMER").erp_filter == "blocked = ' ' and credit_limit >= 1234567.5"


def test_the_page_sends_back_what_it_shows_and_saving_it_changes_nothing(mapping: TableMapping, admin: Client) -> None:
    TableMapping.objects.update(erp_filter="city = A or  city = B", erp_cursor="17")
    admin.post(ADDRESS, form_on(admin, ADDRESS, ADDRESS))

    assert (the("CUSTOMER").erp_filter, the("CUSTOMER").erp_cursor) == ("city = A or  city = B", "17")
    assert not the("CUSTOMER").full_run_needed


def test_each_table_is_described_once_for_the_page(
    mapping: TableMapping, admin: Client, organization: MemorySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    describe: Callable[[str], Any] = organization.describe
    monkeypatch.setattr(organization, "describe", lambda name: asked.append(name) or describe(name))
    admin.get(ADDRESS)

    assert (asked, organization.side) == (["account"], Side.CRM)
