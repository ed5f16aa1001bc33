"""One organization for the tests that need a real one."""

from __future__ import annotations

from tests.integration.flows.organization import organization

__all__ = ["organization"]
