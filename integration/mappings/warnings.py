"""What a table mapping allows and yet is probably not meant, without asking either system."""

from __future__ import annotations

from collections.abc import Callable

from integration.models import FieldMapping, TableMapping
from integration.sync.rules import DeletionPolicy
from integration.systems.wording import sentence

NOT_CARRIED = "The mapping goes one way only ({}), so these enabled fields of the other way are not carried: {}"
REMOVED_AND_MADE_AGAIN = (
    "Remove Coupling together with uncoupled records being synchronized: a record whose twin was deleted is "
    "uncoupled, and the next run creates the twin again."
)


def warnings_of(mapping: TableMapping, called: Callable[[FieldMapping], str]) -> list[str]:
    """What is allowed and yet probably not meant, in words. ``called``: how people call a pair of fields."""
    found = []
    if mapping.deletion == DeletionPolicy.REMOVE and not mapping.only_coupled:
        found.append(REMOVED_AND_MADE_AGAIN)
    idle = [called(field) for field in mapping.fields.filter(is_enabled=True) if field.effective_direction is None]
    if idle:
        found.append(sentence(NOT_CARRIED.format(mapping.get_direction_display(), "; ".join(idle))))
    return found
