"""Which tables are synchronized, in which direction, and whether records without a twin are created: a person's choices
beside the standard, and what becomes of them when the mappings are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from coupling.pages.tables import caption
from integration.defaults import OUTSIDE_FULL_SYNCH, STANDARD, MappingDefault
from integration.models import FullSynchLine, TableMapping
from integration.sync.rules import Direction
from integration.systems.values import Side, is_option_table

NOT_NOW = "none"
SAID = {
    Direction.BOTH: "In both directions",
    Direction.TO_CRM: "To Dynamics 365 Sales",
    Direction.TO_ERP: "To Business Central",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the guide offers for one mapping. ``direction`` is what is chosen, ``NOT_NOW`` for nothing."""

    name: str
    part: str
    says: str
    directions: tuple[tuple[str, str], ...]
    direction: str
    create: bool
    is_option: bool


def choices(chosen: Mapping[str, Mapping[str, Any]]) -> list[Choice]:
    """One for each standard mapping, in the order they synchronize best."""
    reviewed = [one for one in STANDARD if one.name not in OUTSIDE_FULL_SYNCH and not one.internal]
    offered = sorted(reviewed, key=lambda one: one.position)
    return [_choice(default, chosen.get(default.name, {})) for default in offered]


def read(posted: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What was sent for each mapping, only where it differs from the standard and is one of what was offered."""
    found = {}
    for offered in choices({}):
        direction = str(posted.get(f"direction-{offered.name}", offered.direction))
        if direction not in dict(offered.directions):
            direction = offered.direction
        create = posted.get(f"create-{offered.name}") == "on"
        if (direction, create) != (offered.direction, offered.create):
            found[offered.name] = {"direction": direction, "create": create}
    return found


def apply(chosen: Mapping[str, Mapping[str, Any]], created: Iterable[TableMapping]) -> None:
    """Give mappings that were just created the chosen directions; those that were there keep what people made of
    them."""
    for mapping in created:
        wanted = chosen.get(mapping.name)
        if wanted is None:
            continue
        if wanted["direction"] == NOT_NOW:
            for entry in mapping.queue_entries.all():
                entry.set_on_hold()
        else:
            mapping.direction = wanted["direction"]
        mapping.only_coupled = not wanted["create"]
        mapping.save()


def apply_to_review(chosen: Mapping[str, Mapping[str, Any]], create: bool, winner: str = "") -> None:
    """The lines of the Full Synch. Review: what is not wanted now waits On Hold; the others create what has no match
    as chosen for their table, else as ``create`` says, and ``winner`` (a side, or blank) wins where both records of a
    matched pair hold something different."""
    for line in FullSynchLine.objects.select_related("mapping").filter(status=FullSynchLine.Status.BLANK):
        wanted = chosen.get(line.mapping.name, {"direction": line.direction, "create": create})
        if wanted["direction"] == NOT_NOW:
            line.hold()
            continue
        if wanted["create"] != line.create_unmatched:
            line.choose_create_unmatched(wanted["create"])
        if winner != line.winner:
            line.choose_winner(Side(winner) if winner else None)


def _choice(default: MappingDefault, wanted: Mapping[str, Any]) -> Choice:
    ways = [default.direction, *([Direction.TO_CRM, Direction.TO_ERP] if default.direction is Direction.BOTH else [])]
    return Choice(
        name=default.name,
        part=default.part,
        says=f"{caption(default.erp_table, Side.ERP)} – {caption(default.crm_table, Side.CRM)}",
        directions=(*((way.value, SAID[way]) for way in ways), (NOT_NOW, "Not now")),
        direction=wanted.get("direction", default.direction.value),
        create=wanted.get("create", not default.only_coupled),
        is_option=is_option_table(default.crm_table),
    )
