"""The embedded company keeps the contract of a system, on tables of different kinds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.business_central.store import EmbeddedCompany
from integration.systems.system import System
from tests.systems.contract import Ground, SystemContract, Target


class EmbeddedCompanyContract(SystemContract):
    @pytest.fixture
    def system(self, db: None) -> System:
        return EmbeddedCompany(page_size=3)


class TestCustomers(EmbeddedCompanyContract):
    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "customer", name="name", text="phone_no", amount="credit_limit_lcy", blank_amount=Decimal(0),
            option="blocked", option_values=(1, 3), flag="combine_shipments", code="no",
            reference="salesperson_code", target=Target("salesperson", {"code": "JO", "name": "Jim Olive"}),
            action="block", acted={"blocked": 3},
        )  # fmt: skip


class TestContacts(EmbeddedCompanyContract):
    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "contact", name="name", text="pager", option="type", option_values=(0, 1), code="no",
            flag="privacy_blocked", reference="currency_code", target=Target("currency", {"code": "EUR"}),
        )  # fmt: skip


class TestItems(EmbeddedCompanyContract):
    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "item", name="description", text="vendor_item_no", amount="unit_price", blank_amount=Decimal(0),
            option="type", option_values=(0, 2), flag="blocked", code="gtin",
            reference="base_unit_of_measure", target=Target("unit_of_measure", {"code": "PCS"}),
            action="block", acted={"blocked": True},
        )  # fmt: skip
