"""Any filter over the table of customers that can be written as text, for Hypothesis."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, Not, OneOf

SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12),
    "credit_limit": st.decimals(-(10**9), 10**9, places=2),
    "priority": st.integers(-(2**63), 2**63 - 1),
    "combine": st.booleans(),
    "last_shipment": st.dates(),
    "modified": st.datetimes(timezones=st.just(dt.UTC)),
    "statecode": st.sampled_from([0, 1]),
    "blocked": st.sampled_from([0, 1, 2, 3]),
    "company": st.uuids(),
}

_COMPARISONS = st.sampled_from(sorted(SCALARS)).flatmap(
    lambda name: st.one_of(
        st.builds(Comparison, st.just(name), st.sampled_from(["=", "<>", ">", ">=", "<", "<="]), SCALARS[name]),
        st.builds(OneOf, st.just(name), st.lists(SCALARS[name], min_size=1, max_size=3).map(tuple)),
    )
)

_SEARCHES = st.builds(
    Comparison, st.just("name"), st.sampled_from(["contains", "begins with", "ends with"]), SCALARS["name"]
)

_BLANKS = st.builds(
    Comparison, st.sampled_from(["name", "credit_limit", "last_shipment"]), st.sampled_from(["=", "<>"]), st.none()
)


def _groups(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, several), st.builds(AnyOf, several), st.builds(Not, parts))


FILTERS = st.recursive(st.one_of(_COMPARISONS, _SEARCHES, _BLANKS), _groups, max_leaves=8)
