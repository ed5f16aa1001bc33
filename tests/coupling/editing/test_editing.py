"""Edit, Save and Cancel of a record of Business Central."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from integration.business_central.models import (
    Contact,
    Customer,
    Item,
    PaymentTerms,
    Salesperson,
    SalesReceivablesSetup,
)
from integration.models.stored.audit import AuditEntry
from tests.coupling.editing.pages import edit

SCRIPT = '<script>alert("Adatum")</script>'
RIGHT_TO_LEFT = "\u202eשלום Adatum"


def test_a_corrected_phone_number_is_stored_and_leads_back_to_the_record(susan: Client, adatum: Customer) -> None:
    done = edit(susan, adatum).type(phone_no="+44 20 7946 0000").save()

    adatum.refresh_from_db()
    assert adatum.phone_no == "+44 20 7946 0000"
    assert done.answer.url == f"/records/erp/customer/{adatum.pk}/"
    assert done.notices == ["C-ADATUM Adatum is saved. Changed: Phone No."]


def test_only_what_was_typed_is_written_and_follows_as_in_business_central(susan: Client, adatum: Customer) -> None:
    version = adatum.row_version
    edit(susan, adatum).type(city="Bristol").save()

    adatum.refresh_from_db()
    assert (adatum.city, adatum.phone_no, adatum.salesperson_code.code) == ("Bristol", "1111", "AH")
    assert adatum.row_version > version
    assert Contact.objects.get(name="Adatum").city == "Bristol"


def test_a_page_without_changes_writes_nothing(susan: Client, adatum: Customer) -> None:
    done = edit(susan, adatum).save()

    assert done.notices == ["Nothing was changed in C-ADATUM Adatum."]
    assert Customer.objects.get().row_version == adatum.row_version
    assert not AuditEntry.objects.filter(kind="Customer").exists()


def test_who_changed_which_fields_is_in_the_audit_log_without_values(susan: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222", name="Adatum Corporation").save()

    entry = AuditEntry.objects.get(kind="Customer")
    assert (entry.who, entry.action, entry.subject) == ("susan", "changed", str(adatum.pk))
    assert entry.after == {"fields": "Name, Phone No."}
    assert entry.before == {}


TYPED = {
    "blank": ("credit_limit_lcy", "", 0),
    "decimal": ("credit_limit_lcy", "1 250.5", 1250.5),
    "option": ("blocked", "3", 3),
    "boolean": ("combine_shipments", "yes", True),
}


@pytest.mark.parametrize(("name", "typed", "stored"), TYPED.values(), ids=TYPED)
def test_what_is_typed_is_stored_as_what_it_is(
    susan: Client, adatum: Customer, name: str, typed: str, stored: object
) -> None:
    assert edit(susan, adatum).type(**{name: typed}).save().is_saved
    assert getattr(Customer.objects.get(), name) == stored


WRONG = {
    "too long": ("name", "A" * 101, "Name takes at most 100 characters; “"),
    "ten thousand": ("name", "A" * 10_000, "has 10000"),
    "no number": ("credit_limit_lcy", "a lot", "Credit Limit (LCY): enter a number such as 1234.5, not “a lot”."),
    "comma": ("credit_limit_lcy", "12,5", "write the number without “,”, such as 1234.5."),
    "decimals": ("credit_limit_lcy", "1.234", "Credit Limit (LCY) takes at most 2 decimals."),
    "endless": ("credit_limit_lcy", "9" * 400, "Credit Limit (LCY): enter a smaller number than this one."),
    "no address": ("e_mail", "adatum", "E-Mail “adatum” is not a valid e-mail address."),
    "no such code": ("salesperson_code", "ZZ", "There is no Salesperson/Purchaser “ZZ”."),
    "no country": ("country_region_code", "Atlantis", "“Atlantis” is not among the Countries/Regions."),
    "no option": ("blocked", "9", "Blocked has no option “9”."),
    "no number at all": ("no", " ", "No. must be filled in."),
    "null character": ("name", "Ada\x00tum", "Name has a character that cannot be stored."),
}


@pytest.mark.parametrize(("name", "typed", "message"), WRONG.values(), ids=WRONG)
def test_a_value_that_is_not_taken_is_explained_at_its_input_and_stays_there(
    susan: Client, adatum: Customer, name: str, typed: str, message: str
) -> None:
    shown = edit(susan, adatum).type(**{name: typed}, city="Bristol").save()

    at_input = html.unescape(shown.text[shown.text.index(f'id="{name}-error"') :].split("</small>")[0])
    assert message in at_input
    assert f'value="{typed}"' in shown.text or name == "blocked"
    assert 'value="Bristol"' in shown.text
    assert Customer.objects.get().city == "Bath"


def test_all_wrong_values_are_said_at_once(susan: Client, adatum: Customer) -> None:
    shown = edit(susan, adatum).type(name="A" * 101, city="B" * 31, credit_limit_lcy="x").save().text

    assert [name for name in ("name", "city", "credit_limit_lcy") if f'id="{name}-error"' in shown] == [
        "name", "city", "credit_limit_lcy",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "ends"), [("phone_no", "Look at Phone No.<"), ("city", "Look at City.<")])
def test_the_sentence_about_wrong_values_ends_with_one_point(
    susan: Client, adatum: Customer, name: str, ends: str
) -> None:
    shown = edit(susan, adatum).type(**{name: "4" * 99}).save().text

    assert ends in re.sub(r"<a [^>]*>|</a>", "", shown)


def test_a_blocked_salesperson_is_refused_at_the_input(susan: Client, adatum: Customer) -> None:
    Salesperson.objects.create(code="OLD", name="Gone", blocked=True)
    shown = edit(susan, adatum).type(salesperson_code="old").save().text

    assert 'id="salesperson_code-error"' in shown
    assert "Salesperson Code OLD is blocked." in shown


def test_a_code_is_taken_in_any_case_and_blank_takes_the_relation_away(susan: Client, adatum: Customer) -> None:
    Salesperson.objects.create(code="JR", name="John Roberts")
    edit(susan, adatum).type(salesperson_code=" jr ", payment_terms_code="").save()

    adatum.refresh_from_db()
    assert adatum.salesperson_code.code == "JR"
    assert adatum.payment_terms_code is None


@pytest.mark.parametrize("name", [SCRIPT, RIGHT_TO_LEFT, "{{ 7 }}", "O'Neill & Söhne “A”"])
def test_hostile_text_is_text(susan: Client, adatum: Customer, name: str) -> None:
    assert edit(susan, adatum).type(name=name).save().is_saved

    assert Customer.objects.get().name == name
    for address in (f"/records/erp/customer/{adatum.pk}/", f"/records/erp/customer/{adatum.pk}/edit/"):
        shown = susan.get(address).content.decode()
        assert SCRIPT not in shown
        assert html.escape(name) in shown


def test_another_number_is_asked_once_and_renames_the_record(susan: Client, adatum: Customer) -> None:
    asked = edit(susan, adatum).type(no="C-100").save()
    assert "Rename C-ADATUM to C-100?" in asked.text
    assert Customer.objects.get().no == "C-ADATUM"

    assert asked.again().save().is_saved
    assert Customer.objects.get().no == "C-100"


def test_a_renamed_item_is_still_the_write_in_product_of_the_setup(susan: Client) -> None:
    item = Item.objects.create(no="WRITE-IN", description="Written in")
    setup = SalesReceivablesSetup.current()
    setup.write_in_product_no = "WRITE-IN"
    setup.save()
    edit(susan, item).type(no="WI-1").save().again().save()

    assert SalesReceivablesSetup.current().write_in_product_no == Item.objects.get().no == "WI-1"


def test_a_number_that_another_record_has_is_refused_at_its_input(susan: Client, adatum: Customer) -> None:
    Customer.objects.create(no="C-100", name="Fabrikam")
    refused = edit(susan, adatum).type(no="C-100").save().again().save()

    assert 'id="no-error"' in refused.text
    assert "There is a Customer C-100 already." in refused.text


def test_a_field_that_the_company_keeps_is_shown_and_not_written(susan: Client, adatum: Customer) -> None:
    bicycle = Item.objects.create(no="1000", description="Bicycle", inventory=5)
    page = edit(susan, bicycle)
    page.type(inventory="99").save()

    assert "inventory" not in page.sent or page.is_saved
    bicycle.refresh_from_db()
    assert bicycle.inventory == 5


def test_the_terms_of_payment_take_a_date_formula_only(susan: Client, adatum: Customer) -> None:
    terms = PaymentTerms.objects.get()
    refused = edit(susan, terms).type(due_date_calculation="soon").save().text

    assert "“soon” is no date formula. Write for example 30D" in refused
    assert 'id="due_date_calculation-error"' in refused
