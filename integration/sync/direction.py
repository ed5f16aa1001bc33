"""Which way data goes."""

from __future__ import annotations

from enum import StrEnum

from integration.systems.values import Side


class Direction(StrEnum):
    """Which way data goes. A pass of the engine has ``TO_CRM`` or ``TO_ERP``; a mapping or field may have ``BOTH``."""

    TO_CRM = "to_crm"
    TO_ERP = "to_erp"
    BOTH = "both"

    def includes(self, other: Direction) -> bool:
        return self is Direction.BOTH or self is other

    @classmethod
    def away_from(cls, side: Side) -> Direction:
        """The direction of a pass that reads this side."""
        return TO_CRM if side is ERP else TO_ERP

    @property
    def source(self) -> Side:
        return ERP if self is TO_CRM else CRM

    @property
    def destination(self) -> Side:
        return CRM if self is TO_CRM else ERP

    @property
    def passes(self) -> tuple[Direction, ...]:
        return (Direction.TO_CRM, Direction.TO_ERP) if self is Direction.BOTH else (self,)

    @property
    def back(self) -> Direction:
        return TO_ERP if self is TO_CRM else TO_CRM if self is TO_ERP else self


TO_CRM, TO_ERP, ERP, CRM = Direction.TO_CRM, Direction.TO_ERP, Side.ERP, Side.CRM
"""Looked up once: every record of a run asks for its sides a dozen times, and members of an enumeration are slow."""
