"""The twin: it keeps the contract, and it can do what a real system cannot be told to."""

from __future__ import annotations

import pytest

from integration.systems.base import Side, System
from integration.systems.memory import MemorySystem
from tests.makers import crm_tables, erp_tables
from tests.systems.contract import Ground, SystemContract, Target


class TestErpTwin(SystemContract):
    @pytest.fixture
    def system(self) -> System:
        return MemorySystem(Side.ERP, erp_tables(), page_size=3)

    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "customer", name="name", text="phone_no", amount="credit_limit", option="blocked", option_values=(1, 3),
            moment="last_call", day="last_statement", flag="combine_shipments", code="no",
            reference="salesperson_code", target=Target("salesperson", {"code": "JO", "name": "Jim Olive"}),
        )  # fmt: skip


class TestCrmTwin(SystemContract):
    @pytest.fixture
    def system(self) -> System:
        system = MemorySystem(Side.CRM, crm_tables(), page_size=2)
        system.tells_versions = False
        return system

    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "account", name="name", text="telephone1", amount="creditlimit", option="customertypecode",
            option_values=(3, 11), moment="lastonholdtime", flag="creditonhold", reference="parentaccountid",
            target=Target("account", {"name": "Contoso"}),
        )  # fmt: skip
