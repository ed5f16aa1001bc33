"""Peter, a salesperson, with an account of his and something to sell."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.sandbox import trade
from tests.sandbox.conftest import Caller
from tests.sandbox.salesperson import Browser

names = itertools.count(1)


@pytest.fixture
def peter(sandbox: dict[str, Any]) -> Browser:
    return Browser(sandbox).sign_in("Peter Saddow")


@pytest.fixture
def account(peter: Browser) -> str:
    """The address of an account of Peter's."""
    return peter.made("accounts", name=f"Coho Winery {next(names)}")


@pytest.fixture
def priced(call: Caller) -> tuple[str, str]:
    """A price list, and a product at 10 in it."""
    group, unit = trade.unit_group(call)
    product, prices = trade.product(call, group, unit), trade.price_list(call)
    call.create("productpricelevels", **{name.replace("@odata.bind", "_at_bind"): value
                                         for name, value in trade.line(prices, product, unit).items()})  # fmt: skip
    call("PATCH", f"products({product})", {"statecode": 0})
    return prices, product
