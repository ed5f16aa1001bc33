"""What of the connection is switched on, and what belongs to it."""

from __future__ import annotations

from integration import defaults
from integration.models.mapping.table_mapping import TableMapping

DISABLED = "The connection to Dynamics 365 Sales is disabled. Enable it on the Connection Setup page."
PART_OFF = "The {} part of the connection is switched off, and {} belongs to it. Connection Setup switches it on."


class Switches:
    """The switches of the connection: enabled as a whole, and its two parts."""

    is_enabled: bool
    dataverse_enabled: bool
    sales_enabled: bool

    def parts(self) -> list[defaults.Part]:
        """The parts that are switched on."""
        switches: dict[defaults.Part, bool] = {"dataverse": self.dataverse_enabled, "sales": self.sales_enabled}
        return [part for part, on in switches.items() if on]

    def is_on(self, mapping: TableMapping) -> bool:
        """May anything of this mapping run: is the connection enabled, and the part on that the mapping belongs to?"""
        return not self.why_off(mapping)

    def why_off(self, mapping: TableMapping) -> str:
        """Why nothing of this mapping may run, in words; blank where it may."""
        if not self.is_enabled:
            return DISABLED
        part = TableMapping.Part(mapping.part)
        return "" if part in self.parts() else PART_OFF.format(part.label, mapping.name)
