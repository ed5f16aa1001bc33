"""Under a mapping that goes one way every field goes that way; its own direction is kept for later."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration.mappings.warnings import NOT_CARRIED
from integration.models import FieldMapping, TableMapping
from integration.sync.rules import Direction
from setup_wizard import tables
from tests.integration.mapping.pages import change, line_of, lines, the
from tests.pages import form_on

pytestmark = pytest.mark.django_db
BOTH, TO_CRM, TO_ERP = Direction.BOTH, Direction.TO_CRM, Direction.TO_ERP
PAGE = "/mappings/CUSTOMER/"


@pytest.mark.parametrize(
    ("table", "field", "goes"),
    [
        (BOTH, BOTH, BOTH), (BOTH, TO_CRM, TO_CRM), (BOTH, TO_ERP, TO_ERP),
        (TO_CRM, BOTH, TO_CRM), (TO_CRM, TO_CRM, TO_CRM), (TO_CRM, TO_ERP, None),
        (TO_ERP, BOTH, TO_ERP), (TO_ERP, TO_CRM, None), (TO_ERP, TO_ERP, TO_ERP),
    ],
)  # fmt: skip
def test_a_field_goes_where_both_it_and_its_mapping_go(
    table: Direction, field: Direction, goes: Direction | None
) -> None:
    mapping = TableMapping(direction=table.value)
    assert mapping.effective_direction(field) is goes
    assert FieldMapping(mapping=mapping, direction=field.value).effective_direction is goes


@pytest.fixture
def one_way(mapping: TableMapping) -> TableMapping:
    """CUSTOMER goes to Sales only; its city says both ways, its post code from Sales."""
    mapping.fields.filter(crm_field="address1_postalcode").update(direction="to_erp")
    mapping.direction = "to_crm"
    mapping.save()
    return mapping


def shown(client: Client, crm_field: str) -> list[str]:
    """What the direction of this line offers."""
    formset = client.get(f"{PAGE}fields/").context["formset"]
    line = next(form for form in formset if form.instance.crm_field == crm_field)
    return [label for _, label in line.fields["direction"].choices]


def test_the_page_shows_each_field_the_way_it_really_goes(one_way: TableMapping, admin: Client) -> None:
    assert shown(admin, "address1_city") == ["BC → Sales"]
    assert shown(admin, "address1_postalcode") == ["Sales → BC (not carried)", "BC → Sales"]
    assert len(shown(admin, "address1_city")) < len(dict(one_way._meta.get_field("direction").flatchoices))


def test_saving_the_page_of_a_one_way_mapping_keeps_what_each_field_says_itself(
    one_way: TableMapping, admin: Client
) -> None:
    change(admin, "address1_city", match_priority="7")
    stored = dict(one_way.fields.values_list("crm_field", "direction"))
    assert (stored["address1_city"], stored["address1_postalcode"]) == ("both", "to_erp")
    assert one_way.fields.get(crm_field="address1_city").match_priority == 7
    assert the("CUSTOMER").full_run_needed is False


def test_a_field_of_the_other_way_can_be_turned(one_way: TableMapping, admin: Client) -> None:
    change(admin, "address1_postalcode", direction="to_crm")
    assert one_way.fields.get(crm_field="address1_postalcode").direction == "to_crm"
    assert the("CUSTOMER").full_run_needed is True


def test_fields_that_nothing_carries_are_named_on_the_pages_of_the_mapping(
    one_way: TableMapping, admin: Client
) -> None:
    said = NOT_CARRIED.format("BC → Sales", "post_code – address1_postalcode")
    for page in (PAGE, f"{PAGE}fields/"):
        assert said in admin.get(page).content.decode()


def test_a_mapping_that_goes_both_ways_offers_all_three_directions(mapping: TableMapping, admin: Client) -> None:
    assert len(shown(admin, "address1_city")) == 3
    assert lines(admin)[f"{line_of(admin, 'address1_city')}-direction"] == "both"


# --- the direction of the mapping is changed -----------------------------------------------------------------


def save(client: Client, **changes: str) -> TableMapping:
    client.post(PAGE, {**form_on(client, PAGE, PAGE), **changes})
    return the("CUSTOMER")


def test_turning_a_mapping_one_way_keeps_the_fields_and_makes_a_run_under_way_begin_again(
    mapping: TableMapping, admin: Client
) -> None:
    before = list(mapping.fields.values_list("direction", flat=True))
    now = save(admin, direction="to_crm")
    assert (now.direction, list(now.fields.values_list("direction", flat=True))) == ("to_crm", before)
    assert mapping.is_outdated
    assert now.full_run_needed is False


def test_a_direction_that_is_gained_asks_for_a_full_run(one_way: TableMapping, admin: Client) -> None:
    now = save(admin, direction="both")
    assert (now.full_run_needed, now.erp_cursor, now.crm_cursor) == (True, "", "")
    assert shown(admin, "address1_city") == ["BC → Sales", "Sales → BC", "both ways"]


@pytest.mark.parametrize(
    ("changes", "full"),
    [({"erp_filter": "city = London"}, True), ({"conflict": "send"}, False), ({"deletion": "restore"}, False)],
)
def test_every_change_of_what_a_run_goes_by_makes_one_under_way_begin_again(
    mapping: TableMapping, admin: Client, changes: dict[str, str], full: bool
) -> None:
    now = save(admin, **changes)
    assert (mapping.is_outdated, now.full_run_needed) == (True, full)


def test_records_that_were_left_alone_until_now_are_looked_for_by_a_full_run(
    mapping: TableMapping, admin: Client
) -> None:
    TableMapping.objects.update(only_coupled=True)
    sent = form_on(admin, PAGE, PAGE)
    admin.post(PAGE, {name: values for name, values in sent.items() if name != "only_coupled"})
    assert (the("CUSTOMER").only_coupled, the("CUSTOMER").full_run_needed) == (False, True)


def test_a_page_that_is_saved_unchanged_disturbs_no_run(mapping: TableMapping, admin: Client) -> None:
    save(admin, changed_percent="30")
    assert not mapping.is_outdated


def test_one_way_chosen_in_the_guide_turns_every_field_that_way(mapping: TableMapping) -> None:
    tables.apply({"CUSTOMER": {"direction": "to_crm", "create": False}}, [mapping])
    goes = {field.effective_direction for field in the("CUSTOMER").fields.filter(is_enabled=True)}
    assert goes <= {TO_CRM, None}
