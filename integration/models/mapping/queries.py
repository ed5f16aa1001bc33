"""What is asked about all table mappings."""

from __future__ import annotations

from typing import Any

from django.db import models

from integration.sync.memory.ledger import State
from integration.systems.values import Side


class TableMappingQuerySet(models.QuerySet[Any]):
    def prioritized(self) -> TableMappingQuerySet:
        """The mappings of records (not of option values, not of lines, not those that flows keep), in the order they
        synchronize best."""
        mapped = self.without_options().filter(internal=False).exclude(name="POSTEDSALESLINE-INV")
        return mapped.order_by("position", "name")

    def without_options(self) -> TableMappingQuerySet:
        """The mappings whose Sales side is a table."""
        return self.exclude(crm_table__contains=".")

    def of_table(self, side: Side, table: str) -> TableMappingQuerySet:
        """The mappings over this table of this side that people work with, those that run first in front."""
        return self.filter(internal=False, **{f"{side.value}_table": table}).order_by("position", "name")

    def pairs(self) -> models.QuerySet[Any]:
        """The couplings of these mappings whose records are there on both sides, for a subquery: their columns
        ``erp_id`` and ``crm_id``."""
        couplings = self.model._meta.get_field("couplings").related_model
        return couplings._default_manager.filter(mapping__in=self.order_by(), state=State.COUPLED.value)

    def filters(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """(table, integration table) -> both filters of every mapping over this pair, those that run first in front."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        rows = self.order_by("position", "name").values_list("erp_table", "crm_table", "erp_filter", "crm_filter")
        for erp, crm, erp_filter, crm_filter in rows:
            found.setdefault((erp, crm), []).append((erp_filter, crm_filter))
        return found
