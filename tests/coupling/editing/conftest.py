"""A small company of Business Central, and people who may edit it or may not."""

from __future__ import annotations

import pytest
from django.test import Client

from integration.business_central.models import Currency, Customer, PaymentTerms, Salesperson
from tests.people import INTEGRATOR, client_of, made


@pytest.fixture
def adatum(db: None) -> Customer:
    """A customer of a salesperson, with terms of payment."""
    annette = Salesperson.objects.create(code="AH", name="Annette Hill")
    terms = PaymentTerms.objects.create(code="30D", description="Net 30 days", due_date_calculation="30D")
    return Customer.objects.create(
        no="C-ADATUM", name="Adatum", city="Bath", phone_no="1111", salesperson_code=annette, payment_terms_code=terms
    )


@pytest.fixture
def susan(db: None) -> Client:
    """An Integrator."""
    return client_of(made("susan", INTEGRATOR, first_name="Susan", last_name="Burk"))


@pytest.fixture
def bert(db: None) -> Client:
    """Another one."""
    return client_of(made("bert", INTEGRATOR, first_name="Bert", last_name="Admin"))


@pytest.fixture
def euro(db: None) -> Currency:
    return Currency.objects.create(code="EUR", iso_code="EUR", description="Euro")
