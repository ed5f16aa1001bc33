"""A Sales organization over real HTTP keeps the contract of every system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization
from integration.systems.system import System
from tests.systems.contract import Ground, SystemContract, Target


@pytest.fixture(scope="module")
def organization(sandbox: dict[str, Any]) -> Iterator[SalesOrganization]:
    found = connect(
        sandbox["url"], sandbox["tenant"], sandbox["client_id"], sandbox["client_secret"], sandbox["token_endpoint"]
    )
    found.page_size = 3
    yield found
    found.close()


class TestAccounts(SystemContract):
    """Accounts have bulk messages and track changes."""

    @pytest.fixture
    def system(self, organization: SalesOrganization) -> System:
        return organization

    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "account", name="name", text="telephone1", amount="creditlimit", option="customertypecode",
            option_values=(3, 11), moment="lastonholdtime", flag="creditonhold", reference="parentaccountid",
            target=Target("account", {"name": "Contoso"}),
            action="deactivate", acted={"statecode": 1, "statuscode": 2},
        )  # fmt: skip


class TestNotes(SystemContract):
    """Notes have neither: they are written in batches and read by the time of their last change."""

    @pytest.fixture
    def system(self, organization: SalesOrganization) -> System:
        return organization

    @pytest.fixture
    def ground(self) -> Ground:
        return Ground("annotation", name="subject", text="filename")
