"""What Dynamics 365 Sales called things last, for pages that do not ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from integration.business_central.store import EmbeddedCompany
from integration.connection import systems
from integration.systems.values import Table
from tests.makers import STATE, option, table, text

__all__ = ["asked", "kept"]

ACCOUNT = table(
    "account",
    "Account",
    [
        replace(text("address1_city"), label="Address 1: City"),
        replace(text("fax"), label="Fax"),
        replace(option("statecode", STATE), label="Status"),
        replace(text("customertypecode"), label="Relationship Type"),
    ],
)


@pytest.fixture
def asked(ends: object, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Sales, or what is kept of it, was asked for: an empty list that fills."""
    found: list[str] = []
    connect = systems.connect

    def connected(**more: object) -> object:
        found.append("Sales")
        return connect(**more)  # type: ignore[arg-type]

    monkeypatch.setattr(systems, "connect", connected)
    return found


@pytest.fixture
def kept(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Business Central as it is, and what Sales called an account last. Returns what was asked for."""

    def last(_: object, names: Sequence[str]) -> dict[str, Table]:
        asked.append("what is kept")
        return {ACCOUNT.name: ACCOUNT} if ACCOUNT.name in names else {}

    monkeypatch.setattr(systems, "open_erp", EmbeddedCompany)
    monkeypatch.setattr(systems, "last_described", last)
    return asked
