"""An organization with the integration solution."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from integration.connection.enabling import findings_of
from integration.models import ConnectionSetup
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Table
from tests.makers import table, text

SENT_TO_SALES = ["bci_webclienturl", "bci_odataurl", "bci_odatausername", "bci_odataaccesskey"]


def own(organization: MemorySystem) -> Table:
    """The tables that the integration solution brings."""
    organization.add_table(table("solution", "Solution", [text("uniquename"), text("version")], named="uniquename"))
    named = table("bci_connection", "Connection", [text("bci_name"), *map(text, SENT_TO_SALES)], named="bci_name")
    organization.add_table(named)
    organization.add("solution", uniquename="BusinessCentralIntegration", version="1.0.0.0")
    return named


@pytest.fixture(autouse=True)
def https(settings: Settings) -> None:
    """People reach this application over https."""
    settings.PUBLIC_URL = "https://bc.cronus.example/"


@pytest.fixture
def solution(organization: MemorySystem) -> Table:
    """The integration solution is installed."""
    return own(organization)


def wrong(setup: ConnectionSetup) -> dict[str, str]:
    return {finding.what: finding.message for finding in findings_of(setup) if not finding.ok}
