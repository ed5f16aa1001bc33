"""Lines of a page that somebody takes away or adds while another person types."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.client import Client
from django.urls import reverse

from integration.forms.versioned import Stored
from integration.models import FieldMapping, TableMapping
from tests.integration.together.stale import city, line_of
from tests.pages import form_on

pytestmark = pytest.mark.django_db


def test_what_was_typed_stays_on_its_line_when_somebody_took_another_one_away(
    furnished: TableMapping, admin: Client
) -> None:
    gone = FieldMapping.objects.create(
        mapping=furnished, erp_field="name", crm_field="fax", position=1, user_defined=True
    )
    address = reverse("fields", args=["CUSTOMER"])
    sent = {**form_on(admin, address, address), f"{line_of('address1_city')}-match_priority": "7"}
    gone.delete()

    answer = admin.post(address, sent)

    assert "name – fax, enabled: “yes” → “not there”" in answer.content.decode()
    formset = answer.context["formset"]
    typed = {form.instance.crm_field: form["match_priority"].value() for form in formset}
    assert (typed["address1_city"], typed["name"]) == ("7", "1")
    admin.post(address, {**form_of(formset), "seen": formset.stamp()})
    assert city().match_priority == 7


def test_a_line_that_somebody_added_stays_as_it_is_stored_when_the_page_is_saved_again(
    furnished: TableMapping, admin: Client
) -> None:
    address = reverse("fields", args=["CUSTOMER"])
    sent = {**form_on(admin, address, address), f"{line_of('address1_city')}-match_priority": "7"}
    new = {"erp_field": "name", "crm_field": "fax", "position": 1, "direction": "to_crm", "validate": False}
    FieldMapping.objects.create(mapping=furnished, **new)

    formset = admin.post(address, sent).context["formset"]
    admin.post(address, {**form_of(formset), "seen": formset.stamp()})
    added = FieldMapping.objects.get(mapping=furnished, crm_field="fax")
    assert (added.direction, added.validate, added.is_enabled, city().match_priority) == ("to_crm", False, True, 7)


def form_of(formset: Any) -> dict[str, Any]:
    """What the page shows after it was refused."""
    return {name: formset.data.getlist(name) for name in formset.data if name != "seen"}


def test_a_rule_that_somebody_removed_is_said_to_be_removed(furnished: TableMapping, admin: Client) -> None:
    step = city().transformations.first()
    step.delete()
    for address in (reverse("step", args=[999]), reverse("step_change", args=[999, "up"])):
        assert "somebody removed it" in admin.post(address, follow=True).content.decode()


def test_a_value_of_none_and_a_missing_one_are_two_things() -> None:
    then = Stored({"city": ""})
    assert "city: “” → “not there”" in Stored({}).changes_since(then.stamp())
    assert Stored({"city": ""}).changes_since(then.stamp()) == ""


def test_the_mapping_that_is_saved_twice_is_no_stranger_to_itself(furnished: TableMapping, admin: Client) -> None:
    address = reverse("mapping", args=["CUSTOMER"])
    sent = {**form_on(admin, address, address), "deletion": "restore"}
    for _ in range(2):
        assert "Somebody else" not in admin.post(address, sent, follow=True).content.decode()
    assert TableMapping.objects.get(name="CUSTOMER").deletion == "restore"
