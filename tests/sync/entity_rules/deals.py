"""Helen of Adatum, and an opportunity with her."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import Cronus

CUSTOMER, CONTACT, OPPORTUNITY = "CUSTOMER", "CONTACT", "OPPORTUNITY"


@pytest.fixture
def adatum(cronus: Cronus) -> UUID:
    id = cronus.customer("Adatum", "C10")
    cronus.make(CUSTOMER, id)
    return id


@pytest.fixture
def helen(cronus: Cronus, adatum: UUID) -> UUID:
    id = cronus.person(adatum, "Helen Ray")
    cronus.make(CONTACT, id)
    return id


def opportunity(cronus: Cronus, person: UUID, firm: UUID | None, **values: Any) -> UUID:
    company = Ref("contact", cronus.company_of(firm)) if firm else None
    made = {"no": "OP1", "description": "Fifty bicycles", "status": 1, "contact_no": Ref("contact", person)}
    made |= {"contact_company_no": company, "salesperson_code": Ref("salesperson", cronus.jim)}
    return cronus.erp.add("opportunity", **{**made, **values})
