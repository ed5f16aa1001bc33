"""All standard mappings in their order: references before what refers to them."""

from integration.defaults import documents, firms, notes, products
from integration.defaults.shape import MappingDefault

STANDARD: tuple[MappingDefault, ...] = firms.MAPPINGS + products.MAPPINGS + documents.MAPPINGS + notes.MAPPINGS
BY_NAME = {default.name: default for default in STANDARD}

OUTSIDE_FULL_SYNCH = frozenset({"POSTEDSALESLINE-INV", "SALESORDER-ORDER"}).union(
    default.name for default in STANDARD if default.internal
)
"""Mappings without a line of their own on the full synchronization review."""
