"""A page of lines that is sent back after others took lines away or added some: nothing lands on the wrong line."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from integration.forms.lines import aligned
from integration.models import FieldMapping

NAMES = ("direction", "is_enabled", "constant")
PHONE = FieldMapping(pk=1, direction="both", is_enabled=True, constant="")
CITY = FieldMapping(pk=2, direction="to_crm", is_enabled=False, constant="Berlin")
STREET = FieldMapping(pk=3, direction="to_erp", is_enabled=True, constant="")


def sent(*lines: dict[str, str], **more: str) -> QueryDict:
    """What a browser sends of these lines."""
    data = QueryDict(mutable=True)
    data["line-TOTAL_FORMS"], data["line-INITIAL_FORMS"] = str(len(lines)), str(sum("id" in one for one in lines))
    for place, line in enumerate(lines):
        for name, value in line.items():
            data[f"line-{place}-{name}"] = value
    for name, value in more.items():
        data[name] = value
    return data


def lines_of(data: QueryDict) -> list[dict[str, str]]:
    total = int(data["line-TOTAL_FORMS"])
    found: list[dict[str, str]] = [{} for _ in range(total)]
    for name in data:
        prefix, place, field = [*name.split("-", 2), "", ""][:3]
        if prefix == "line" and place.isdecimal():
            found[int(place)][field] = data[name]
    return found


def test_what_fits_the_lines_that_are_there_is_taken_as_it_was_sent() -> None:
    data = sent({"id": "1", "direction": "both"}, {"id": "2", "direction": "both"})

    assert aligned(data, "line", [PHONE, CITY], NAMES) is data


def test_a_line_that_was_deleted_is_left_out_and_the_others_keep_what_was_typed() -> None:
    data = sent({"id": "1", "direction": "to_erp"}, {"id": "2", "direction": "both"})

    found = aligned(data, "line", [CITY], NAMES)

    assert lines_of(found) == [{"id": "2", "direction": "both"}]
    assert (found["line-TOTAL_FORMS"], found["line-INITIAL_FORMS"]) == ("1", "1")


def test_a_line_that_was_added_is_filled_in_as_it_is_stored_with_ticks_and_without_blanks() -> None:
    data = sent({"id": "1", "direction": "to_erp"})

    found = aligned(data, "line", [PHONE, CITY, STREET], NAMES)

    assert lines_of(found) == [
        {"id": "1", "direction": "to_erp"},
        {"id": "2", "direction": "to_crm", "constant": "Berlin"},
        {"id": "3", "direction": "to_erp", "is_enabled": "on", "constant": ""},
    ]


def test_lines_in_another_order_take_their_own_values_along() -> None:
    data = sent({"id": "2", "direction": "both"}, {"id": "1", "direction": "to_erp"})

    found = aligned(data, "line", [PHONE, CITY], NAMES)

    assert [(line["id"], line["direction"]) for line in lines_of(found)] == [("1", "to_erp"), ("2", "both")]


def test_a_new_line_stays_at_the_end_behind_one_that_somebody_else_added() -> None:
    data = sent({"id": "1", "direction": "both"}, {"direction": "to_crm"})

    found = aligned(data, "line", [PHONE, CITY], NAMES)

    assert [line.get("id") for line in lines_of(found)] == ["1", "2", None]
    assert lines_of(found)[2] == {"direction": "to_crm"}
    assert found["line-INITIAL_FORMS"] == "2"


def test_what_belongs_to_no_line_is_kept() -> None:
    data = sent({"id": "1"}, seen="a stamp", **{"line-MIN_NUM_FORMS": "0", "line-MAX_NUM_FORMS": "1000"})

    found = aligned(data, "line", [], NAMES)

    assert (found["seen"], found["line-MIN_NUM_FORMS"], found["line-MAX_NUM_FORMS"]) == ("a stamp", "0", "1000")
    assert lines_of(found) == []


@pytest.mark.parametrize("total", ["", "many", "-1", "1.5", "²"])
def test_a_number_of_lines_that_is_none_counts_as_no_line(total: str) -> None:
    data = sent({"id": "1", "direction": "both"})
    data["line-TOTAL_FORMS"] = total

    assert lines_of(aligned(data, "line", [CITY], NAMES))[0]["id"] == "2"


def test_a_number_of_lines_beyond_all_measure_is_cut() -> None:
    data = sent({"id": "1", "direction": "to_erp"})
    data["line-TOTAL_FORMS"] = "9" * 30

    found = aligned(data, "line", [PHONE, CITY], NAMES)

    assert [line.get("id") for line in lines_of(found)[:2]] == ["1", "2"]
    assert int(found["line-TOTAL_FORMS"]) <= 1002
