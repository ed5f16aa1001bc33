"""People: their names and parts of names, the companies they work for, their addresses."""

from __future__ import annotations

import uuid

import pytest

from integration.business_central.models import Contact, Salesperson
from integration.systems.errors import InvalidValue
from integration.systems.values import Ref, Row
from tests.business_central.embedded import company, insert, listed, reference, update

pytestmark = pytest.mark.django_db


def test_a_persons_name_is_made_of_its_parts_and_follows_them() -> None:
    row = Row(uuid.uuid4(), {"type": 1, "first_name": "Amy", "middle_name": "E.", "surname": "Alberts"})
    assert company.insert("contact", [row])[0].ok
    assert Contact.objects.get().name == "Amy E. Alberts"

    assert company.update("contact", [Row(row.id, {"surname": "Smith", "middle_name": ""})])[0].ok

    assert Contact.objects.get().name == "Amy Smith"


@pytest.mark.parametrize(
    ("typed", "parts"),
    [("Amy Alberts", ("Amy", "", "Alberts")), ("Amy E. van Alberts", ("Amy", "E. van", "Alberts")),
     ("Alberts", ("", "", "Alberts"))],
)  # fmt: skip
def test_a_persons_name_that_is_typed_is_taken_apart(typed: str, parts: tuple[str, str, str]) -> None:
    amy = Contact.objects.create(type=Contact.Type.PERSON, name=typed)
    assert (amy.first_name, amy.middle_name, amy.surname) == parts
    assert amy.name == typed


def test_a_company_has_no_surname_and_no_company() -> None:
    adatum = Contact.objects.create(name="Adatum")

    for values in ({"surname": "Alberts"}, {"company_no": Ref("contact", adatum.pk)}):
        assert not company.insert("contact", [Row(uuid.uuid4(), {"name": "Fabrikam", **values})])[0].ok


def test_a_name_of_parts_too_long_together_is_cut_nowhere_and_refused() -> None:
    parts = {"type": 1, "first_name": "A" * 30, "middle_name": "B" * 30, "surname": "C" * 30}

    assert company.insert("contact", [Row(uuid.uuid4(), parts)])[0].ok
    assert len(Contact.objects.get().name) == 92


@pytest.mark.parametrize(
    ("change", "name"),
    [({"first_name": "Amelie"}, "Amelie Alberts"), ({"surname": "Smith"}, "Amy Smith"),
     ({"middle_name": "E."}, "Amy E. Alberts"), ({"first_name": "", "surname": "Smith"}, "Smith"),
     ({"name": "Amelie E. Smith"}, "Amelie E. Smith"), ({"job_title": "Buyer"}, "Amy Alberts")],
)  # fmt: skip
def test_a_changed_part_changes_the_name_and_nothing_else_does(change: dict[str, str], name: str) -> None:
    amy = Contact.objects.create(type=Contact.Type.PERSON, first_name="Amy", surname="Alberts")

    assert update("contact", amy, **change) is None

    amy.refresh_from_db()
    assert amy.name == name


def test_a_company_keeps_the_name_it_was_given() -> None:
    assert insert("contact", name="Adatum Corporation") is None

    adatum = Contact.objects.get()
    assert (adatum.name, adatum.first_name, adatum.surname) == ("Adatum Corporation", "", "")


def test_a_person_has_the_name_of_the_company_and_loses_it_with_the_company() -> None:
    adatum = Contact.objects.create(name="Adatum")
    assert insert("contact", type=1, first_name="Amy", company_no=reference(adatum)) is None
    amy = Contact.objects.get(first_name="Amy")
    assert amy.company_name == "Adatum"

    assert update("contact", amy, company_no=None) is None

    amy.refresh_from_db()
    assert amy.company_name == ""


def test_a_renamed_company_is_a_change_of_each_of_its_people_and_of_nobody_else() -> None:
    adatum, fabrikam = (Contact.objects.create(name=name) for name in ("Adatum", "Fabrikam"))
    for name, works_for in (("Amy", adatum), ("Jay", adatum), ("Kim", fabrikam)):
        Contact.objects.create(type=Contact.Type.PERSON, surname=name, company_no=works_for)

    update("contact", adatum, name="Adatum Corporation")

    assert listed("contact", "company_name = 'Adatum Corporation'", "surname") == ["Amy", "Jay"]
    assert listed("contact", "company_name = Fabrikam", "surname") == ["Kim"]


def test_a_person_works_for_a_company_and_not_for_another_person() -> None:
    amy = Contact.objects.create(type=Contact.Type.PERSON, name="Amy Alberts")

    error = insert("contact", type=1, surname="Adams", company_no=reference(amy))

    assert isinstance(error, InvalidValue)
    assert error.field == "company_no"
    assert error.message == "Company No. does not take CT000001: its Type is not Company."


def test_the_company_name_is_kept_by_the_company_and_cannot_be_written() -> None:
    assert "cannot be written" in str(insert("contact", type=1, surname="Adams", company_name="Adatum"))


@pytest.mark.parametrize("column", ["e_mail", "e_mail_2"])
@pytest.mark.parametrize("table", ["salesperson", "contact"])
def test_both_addresses_of_a_person_are_checked(table: str, column: str) -> None:
    error = insert(table, name="Jim Olive", **{column: "jim at cronus"})

    assert isinstance(error, InvalidValue)
    assert error.field == column
    assert "jim at cronus" in error.message


def test_a_salespersons_commission_is_not_negative() -> None:
    error = insert("salesperson", code="JO", name="Jim Olive", commission_percent=-1)

    assert isinstance(error, InvalidValue)
    assert not Salesperson.objects.exists()
