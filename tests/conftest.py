"""Fixtures that every part of the tests may use."""

from __future__ import annotations

import pytest

import tests.examples  # noqa: F401 - says which examples every test of this suite looks at
from integration.systems.memory import MemorySystem
from tests.makers import systems

# The suite is no test module by name; its assertions shall explain themselves all the same.
pytest.register_assert_rewrite("tests.systems.contract")


@pytest.fixture
def twins() -> tuple[MemorySystem, MemorySystem]:
    """A company and a Sales organization in memory, both empty."""
    return systems()


@pytest.fixture
def erp(twins: tuple[MemorySystem, MemorySystem]) -> MemorySystem:
    return twins[0]


@pytest.fixture
def crm(twins: tuple[MemorySystem, MemorySystem]) -> MemorySystem:
    return twins[1]
