"""What any client may send, how often it is tried, and which answers are in order."""

from __future__ import annotations

import requests
from hypothesis import HealthCheck
from hypothesis import strategies as st

from tests.examples import examples

SETTINGS = examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def fine(answer: requests.Response) -> bool:
    return answer.status_code < 500 or answer.status_code == 501
