"""The embedded company keeps the contract of a system, on tables of different kinds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.business_central.models import Customer
from integration.business_central.store import EmbeddedCompany
from integration.systems.system import System
from integration.systems.values import Ref
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


class TestVendors(EmbeddedCompanyContract):
    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "vendor", name="name", text="phone_no", option="blocked", option_values=(1, 2), code="no",
            flag="privacy_blocked", reference="purchaser_code", target=Target("salesperson", {"code": "JO"}),
            action="block", acted={"blocked": 2},
        )  # fmt: skip


class TestSalesHeaders(EmbeddedCompanyContract):
    """A document without lines is written as any row; with lines see ``tests/business_central/documents``."""

    @pytest.fixture
    def ground(self, db: None) -> Ground:
        adatum = Customer.objects.create(name="Adatum")
        return Ground(
            "sales_header", name="sell_to_customer_name", text="ship_to_name_2", day="requested_delivery_date",
            flag="prices_including_vat", code="external_document_no", reference="salesperson_code",
            target=Target("salesperson", {"code": "JO", "name": "Jim Olive"}),
            extra={"sell_to_customer_no": Ref("customer", adatum.pk)},
        )  # fmt: skip
