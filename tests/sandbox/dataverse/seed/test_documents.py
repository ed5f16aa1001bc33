"""What salespeople have sold when a demo organization is new."""

from __future__ import annotations

from pathlib import Path

from tests.organization import demo_organization
from tests.sandbox.conftest import Caller


def test_a_demo_organization_has_submitted_orders_and_an_activated_quote(tmp_path: Path) -> None:
    with demo_organization(tmp_path) as running:
        call = Caller(running.ready, "administrator")
        orders, [quote] = call.rows("salesorders"), call.rows("quotes")
    assert {(row["statecode"], row["statuscode"]) for row in orders} == {(1, 3)}
    assert len(orders) == 3
    assert (quote["name"], quote["statecode"]) == ("Benches for the new lift station", 1)
    # 12 x 215.00 + 2 x 480.00 less 5%.
    assert quote["totalamount"] == 3363
