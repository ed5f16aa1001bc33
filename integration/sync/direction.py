"""Which way data goes."""

from __future__ import annotations

from enum import StrEnum

from integration.systems.base import Side


class Direction(StrEnum):
    """Which way data goes. A pass of the engine has ``TO_CRM`` or ``TO_ERP``; a mapping or field may have ``BOTH``."""

    TO_CRM = "to_crm"
    TO_ERP = "to_erp"
    BOTH = "both"

    def includes(self, other: Direction) -> bool:
        return self is Direction.BOTH or self is other

    @property
    def source(self) -> Side:
        return Side.ERP if self is Direction.TO_CRM else Side.CRM

    @property
    def destination(self) -> Side:
        return self.source.other

    @property
    def passes(self) -> tuple[Direction, ...]:
        return (Direction.TO_CRM, Direction.TO_ERP) if self is Direction.BOTH else (self,)

    @property
    def back(self) -> Direction:
        return {Direction.TO_CRM: Direction.TO_ERP, Direction.TO_ERP: Direction.TO_CRM}.get(self, self)
