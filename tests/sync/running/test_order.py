"""Which mapping goes before which."""

from __future__ import annotations

import pytest

from integration.defaults import STANDARD
from integration.sync.order import DependencyLoop, waves


def test_mappings_that_need_nobody_make_the_first_wave_and_those_that_need_them_the_next() -> None:
    needs = {"CUSTOMER": ["SALESPEOPLE", "CURRENCY"], "SALESPEOPLE": [], "CURRENCY": [], "CONTACT": ["CUSTOMER"]}
    assert waves(needs) == [["SALESPEOPLE", "CURRENCY"], ["CUSTOMER"], ["CONTACT"]]


def test_nothing_needs_no_wave() -> None:
    assert waves({}) == []


def test_a_dependency_that_is_not_among_the_mappings_holds_nobody_up() -> None:
    assert waves({"CUSTOMER": ["SALESPEOPLE"]}) == [["CUSTOMER"]]


def test_a_mapping_that_needs_two_waves_comes_after_the_later_one() -> None:
    needs = {"A": ["B", "C"], "B": [], "C": ["B"]}
    assert waves(needs) == [["B"], ["C"], ["A"]]


def test_a_loop_is_refused_and_named_without_those_who_only_wait_for_it() -> None:
    needs = {"CONTACT": ["CUSTOMER"], "CUSTOMER": ["VENDOR"], "VENDOR": ["CUSTOMER"], "CURRENCY": []}
    with pytest.raises(DependencyLoop, match="CUSTOMER -> VENDOR -> CUSTOMER") as loop:
        waves(needs)
    assert loop.value.names == ["CUSTOMER", "VENDOR", "CUSTOMER"]


def test_a_mapping_that_depends_on_itself_is_a_loop_of_one() -> None:
    with pytest.raises(DependencyLoop, match="ITEM-PRODUCT -> ITEM-PRODUCT"):
        waves({"ITEM-PRODUCT": ["ITEM-PRODUCT"]})


def test_the_standard_mappings_have_an_order_in_which_each_finds_what_it_depends_on() -> None:
    needs = {default.name: default.dependencies for default in STANDARD}
    done: set[str] = set()
    for wave in waves(needs):
        assert all(need in done for name in wave for need in needs[name] if need in needs)
        done.update(wave)
    assert done == set(needs)
