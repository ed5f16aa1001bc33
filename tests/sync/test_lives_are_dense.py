"""Lives notice each rule of the memory that is taken out: that is how one sees that they are dense enough."""

from __future__ import annotations

import pytest

from tests.sync.lives import mutations
from tests.sync.lives.generator import draw
from tests.sync.lives.mutations import Mutation
from tests.sync.lives.shrink import failure

WITHIN = 120


@pytest.mark.parametrize("mutation", mutations.ALL, ids=lambda mutation: mutation.__name__)
def test_a_rule_that_is_taken_out_is_missed(mutation: Mutation):
    with mutation():
        assert any(failure(draw(seed)) for seed in range(WITHIN))
