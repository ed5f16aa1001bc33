"""Who belongs to whom, found by comparing two lists."""

from __future__ import annotations

import uuid
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sync.matching.pairs import Criterion, Matched, match
from integration.systems.values import Record, Ref

NAME = Criterion("name", "fullname")
MAIL = Criterion("e_mail", "mail")


def person(name: str, e_mail: str = "", **more: Any) -> Record:
    return Record("contact", uuid.uuid4(), {"name": name, "e_mail": e_mail, **more}, "1")


def twin(name: str, mail: str = "", **more: Any) -> Record:
    return Record("contact", uuid.uuid4(), {"fullname": name, "mail": mail, **more}, "1")


def later(criterion: Criterion, priority: int) -> Criterion:
    return Criterion(criterion.erp_field, criterion.crm_field, priority, criterion.case_sensitive)


def test_two_records_with_the_same_value_are_a_pair() -> None:
    anna, annas_twin, jim = person("Anna Lidman"), twin("Anna Lidman"), twin("Jim Olive")
    assert match([anna], [jim, annas_twin], [NAME]) == Matched(pairs={anna.id: annas_twin.id})


def test_a_record_without_a_counterpart_stays_alone() -> None:
    anna = person("Anna Lidman")
    assert match([anna], [twin("Jim Olive")], [NAME]) == Matched(alone=[anna.id])


def test_case_and_blanks_around_do_not_matter_unless_the_criterion_says_so() -> None:
    anna, annas_twin = person("ANNA Lidman "), twin("Anna Lidman")
    assert match([anna], [annas_twin], [NAME]).pairs == {anna.id: annas_twin.id}
    strict = Criterion("name", "fullname", case_sensitive=True)
    assert match([anna], [annas_twin], [strict]).alone == [anna.id]


@pytest.mark.parametrize(
    "written", ["jose alvarez", "JOSE\u0301 A\u0301LVAREZ", "José\u00a0Álvarez", "José Álvarez  ", "Ｊosé Álvarez"]
)
def test_a_name_that_is_the_same_for_the_service_matches_however_it_is_written(written: str) -> None:
    jose, joses_twin = person("José Álvarez"), twin(written)
    assert match([jose], [joses_twin], [NAME]).pairs == {jose.id: joses_twin.id}
    strict = Criterion("name", "fullname", case_sensitive=True)
    assert match([jose], [twin("Jose Alvarez")], [strict]).alone == [jose.id]


def test_all_criteria_of_one_priority_have_to_match() -> None:
    anna = person("Anna Lidman", "anna@adatum.example")
    other, right = twin("Anna Lidman", "al@fabrikam.example"), twin("Anna Lidman", "anna@adatum.example")
    assert match([anna], [other, right], [NAME, MAIL]).pairs == {anna.id: right.id}


@pytest.mark.parametrize(("ours", "theirs"), [("", ""), (None, None), ("  ", ""), ("", "anna@adatum.example")])
def test_blank_never_matches_anything_not_even_blank(ours: str | None, theirs: str | None) -> None:
    anna, annas_twin = person("Anna Lidman", ours), twin("Anna Lidman", theirs)
    assert match([anna], [annas_twin], [MAIL]).alone == [anna.id]
    assert match([anna], [annas_twin], [NAME, MAIL]).alone == [anna.id]


def test_several_candidates_are_ambiguous_and_listed() -> None:
    anna, one, two = person("Anna Lidman"), twin("Anna Lidman"), twin("Anna Lidman")
    assert match([anna], [one, two], [NAME]) == Matched(ambiguous={anna.id: [one.id, two.id]})


def test_two_records_after_the_same_candidate_are_both_ambiguous() -> None:
    one, two, theirs = person("Anna Lidman"), person("Anna Lidman"), twin("Anna Lidman")
    assert match([one, two], [theirs], [NAME]) == Matched(ambiguous={one.id: [theirs.id], two.id: [theirs.id]})


def test_a_lower_priority_searches_afresh_and_may_tell_apart_what_was_ambiguous() -> None:
    anna = person("Anna Lidman", "anna@adatum.example")
    one, two = twin("Anna Lidman"), twin("Anna Lidman", "anna@adatum.example")
    assert match([anna], [one, two], [NAME, later(MAIL, 2)]) == Matched(pairs={anna.id: two.id})


def test_a_lower_priority_may_find_what_the_first_did_not_even_consider() -> None:
    anna, married = person("Anna Lidman", "anna@adatum.example"), twin("Anna Berg", "anna@adatum.example")
    assert match([anna], [married], [NAME, later(MAIL, 2)]).pairs == {anna.id: married.id}


def test_a_candidate_taken_by_an_earlier_priority_is_no_candidate_any_more() -> None:
    anna, namesake = person("Anna Lidman", "anna@adatum.example"), person("Anna Lidman")
    right = twin("Anna Lidman", "anna@adatum.example")
    found = match([namesake, anna], [right], [MAIL, later(NAME, 2)])
    assert found == Matched(pairs={anna.id: right.id}, alone=[namesake.id])


def test_of_an_ambiguous_records_candidates_only_the_free_ones_are_listed() -> None:
    anna, bo = person("Anna Lidman"), person("Bo", "bo@adatum.example")
    bos, free = twin("Anna Lidman", "bo@adatum.example"), twin("Anna Lidman")
    found = match([anna, bo], [bos, free, third := twin("Anna Lidman")], [NAME, later(MAIL, 2)])
    assert found == Matched(pairs={bo.id: bos.id}, ambiguous={anna.id: [free.id, third.id]})


def test_a_lower_priority_is_tried_whatever_order_the_criteria_come_in() -> None:
    anna = person("Anna Lidman", "anna@adatum.example")
    by_mail, by_name = twin("A. L.", "anna@adatum.example"), twin("Anna Lidman")
    for criteria in permutations([MAIL, later(NAME, 2)]):
        assert match([anna], [by_name, by_mail], criteria).pairs == {anna.id: by_mail.id}


def test_people_of_one_name_in_different_firms_are_told_apart_by_their_firm() -> None:
    adatum, fabrikam = Ref("account", uuid.uuid4()), Ref("account", uuid.uuid4())
    firm = Criterion("company_no", "parentcustomerid")
    ours = [person("Anna Lidman", company_no=Ref("", ref.id)) for ref in (adatum, fabrikam)]
    theirs = [twin("Anna Lidman", parentcustomerid=ref) for ref in (fabrikam, adatum)]
    found = match(ours, theirs, [NAME, firm])
    assert found.pairs == {ours[0].id: theirs[1].id, ours[1].id: theirs[0].id}


def test_without_criteria_everybody_stays_alone() -> None:
    anna = person("Anna Lidman")
    assert match([anna], [twin("Anna Lidman")], []).alone == [anna.id]


NAMES = st.lists(st.sampled_from(["Anna", "Bo", "Cleo", ""]), max_size=6)


@given(NAMES, NAMES)
def test_nobody_is_coupled_twice_and_nobody_is_lost(ours: list[str], theirs: list[str]) -> None:
    erp, crm = [person(name) for name in ours], [twin(name) for name in theirs]
    found = match(erp, crm, [NAME])
    assert len(set(found.pairs.values())) == len(found.pairs)
    assert {*found.pairs, *found.ambiguous, *found.alone} == {record.id for record in erp}
    assert len(found.pairs) + len(found.ambiguous) + len(found.alone) == len(erp)
