"""Things are called as Dynamics 365 Sales called them last, also while it does not answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test.client import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from integration.connection.enabling import enable
from integration.models import CachedText, TableMapping
from integration.pages.runs.captions import Captions
from integration.systems.values import Side
from tests.opened import opened
from tests.organization import fill_in

pytestmark = pytest.mark.django_db
OF_NO_FIELD = "preferredcontactmethodcode"
"""A column that no field of Business Central is mapped with."""


@pytest.fixture
def described(ready: dict[str, Any], settings: Settings) -> TableMapping:
    """Contoso has described its accounts, long ago."""
    settings.DEVELOPMENT = True
    enable(fill_in(ready))
    with opened() as connected:
        connected.crm.describe("account")
    CachedText.objects.filter(key__startswith="metadata:").update(expires_at=timezone.now() - dt.timedelta(days=60))
    return TableMapping.objects.get(name="CUSTOMER")


def test_a_column_keeps_its_caption_while_sales_is_silent(described: TableMapping, broken: None) -> None:
    captions = Captions()
    assert captions.of_field(described, Side.CRM, OF_NO_FIELD) == "Preferred Method of Contact"
    assert captions.table(Side.CRM, "account") == "Account"


def test_the_page_of_field_mappings_keeps_captions_while_sales_is_silent(
    described: TableMapping, broken: None, admin: Client
) -> None:
    shown = admin.get("/mappings/CUSTOMER/fields/").content.decode()
    assert 'aria-label="Enabled of Post Code – Address 1: ZIP/Postal Code"' in shown


def test_a_kept_yes_or_no_is_said_in_the_words_of_its_column(described: TableMapping) -> None:
    kept = [("donotphone", "No", "Yes"), ("creditonhold", "No", "Yes")]

    said = [(one.label, one.old, one.new) for one in Captions().changes(described, Side.CRM, kept, {})]

    assert said == [("Do not allow Phone Calls", "Allow", "Do Not Allow"), ("Credit Hold", "No", "Yes")]
