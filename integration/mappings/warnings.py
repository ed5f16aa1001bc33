"""What is wrong with a table mapping as it stands, or probably not meant, without asking either system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.sync.order import DependencyLoop, waves
from integration.sync.rules import DeletionPolicy, Direction
from integration.systems.filters import FilterError, parse

if TYPE_CHECKING:
    from integration.models.mapping.table_mapping import TableMapping

NOT_CARRIED = "The mapping goes one way only ({}), so these enabled fields of the other way are not carried: {}."
REMOVED_AND_MADE_AGAIN = (
    "Remove Coupling together with uncoupled records being synchronized: a record whose twin was deleted is "
    "uncoupled, and the next run creates the twin again."
)


def problems_of(mapping: TableMapping) -> dict[str, str]:
    """Field -> what is wrong with it; nothing where the mapping can be stored."""
    wrong: dict[str, str] = {}
    if not mapping.name:
        wrong["name"] = "A mapping needs a name."
    for field in ("erp_filter", "crm_filter"):
        try:
            parse(getattr(mapping, field))
        except FilterError as error:
            wrong[field] = str(error)
    for field, problem in (("direction", _wrong_direction(mapping)), ("dependencies", _loop(mapping))):
        if problem:
            wrong[field] = problem
    return wrong


def warnings_of(mapping: TableMapping) -> list[str]:
    """What is allowed and yet probably not meant, in words."""
    found = []
    if mapping.deletion == DeletionPolicy.REMOVE and not mapping.only_coupled:
        found.append(REMOVED_AND_MADE_AGAIN)
    idle = [field.pair for field in mapping.fields.filter(is_enabled=True) if field.effective_direction is None]
    if idle:
        found.append(NOT_CARRIED.format(mapping.get_direction_display(), "; ".join(idle)))
    return found


def _loop(mapping: TableMapping) -> str:
    """The loop that the dependencies would close, in words."""
    others = type(mapping).objects.exclude(pk=mapping.pk).values_list("name", "dependencies")
    if mapping.name in mapping.dependencies:
        return f"{mapping.name} cannot depend on itself."
    try:
        waves({mapping.name: mapping.dependencies, **dict(others)})
    except DependencyLoop as loop:
        return str(loop)
    return ""


def _wrong_direction(mapping: TableMapping) -> str:
    if mapping.is_option and mapping.direction == Direction.BOTH:
        return "A mapping of option values goes one way; choose To or From Integration Table."
    if mapping.pk is None:
        return ""
    labels = dict(mapping._meta.get_field("direction").flatchoices)
    names = [str(labels[one.value]) for one in Direction(mapping.direction).passes if not mapping.carries(one)]
    return f"No enabled field goes this way ({', '.join(names)}). Enable one first." if names else ""
