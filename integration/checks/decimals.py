"""Values with more decimals than Sales keeps: they arrive rounded, which nobody sees from one record alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import ConnectionSetup, TableMapping
from integration.sync.rules import Direction, TableRule
from integration.sync.special.money.organization import Organization, rounded
from integration.sync.special.prices.default_list import PRICE, PRODUCT
from integration.sync.special.products import PRICES
from integration.systems.errors import ConfigurationProblem
from integration.systems.findings import Finding, Severity
from integration.systems.system import every
from integration.systems.values import Field, FieldType, Record, Side

PRICED = {PRODUCT: frozenset(PRICES), PRICE: frozenset({"amount"})}
"""The columns of Sales whose decimals are those that the organization gives all prices."""
WHAT = "Decimals"
WIDEN = (
    "Nothing, if that is exact enough. Otherwise raise Pricing Decimal Precision in the system settings of Dynamics "
    "365 Sales (up to 4 decimals), then run a full synchronization."
)


def decimals(setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """Per mapping to Sales, how many of its records have such values, and in which fields."""
    organization, fine = Organization(connected), True
    for mapping in TableMapping.objects.filter(part__in=setup.parts()):
        try:
            rule = build_rule(mapping, connected.erp, connected.crm)
        except ConfigurationProblem:
            continue  # listed among the mappings
        kept = _kept(rule, organization)
        number = _number(rule, connected, kept) if kept else 0
        if number:
            fine = False
            yield Finding("values-rounded", Severity.WARNING, WHAT, _words(rule, kept, number), WIDEN)
    if fine:
        yield Finding("values-rounded", Severity.FINE, WHAT, "Sales keeps all decimals of what is synchronized.")


def _kept(rule: TableRule, organization: Organization) -> dict[str, int]:
    """Field of Business Central -> the decimals that Sales keeps of it, where it keeps fewer than there may be."""
    found: dict[str, int] = {}
    for one in rule.fields_towards(Direction.TO_CRM):
        ours, theirs = rule.field(Side.ERP, one), rule.field(Side.CRM, one)
        if ours is None or theirs is None or one.transformations or ours.type is not FieldType.DECIMAL:
            continue
        places = _places(rule, theirs, organization)
        if places is not None and (ours.scale is None or ours.scale > places):
            found[ours.name] = min(places, found.get(ours.name, places))
    return found


def _places(rule: TableRule, theirs: Field, organization: Organization) -> int | None:
    if theirs.name not in PRICED.get(rule.crm.name, ()):
        return theirs.scale
    prices = organization.pricing_precision
    return prices if theirs.scale is None else min(theirs.scale, prices)


def _number(rule: TableRule, connected: Connected, kept: Mapping[str, int]) -> int:
    records = every(connected.erp, rule.erp.name, rule.erp_filter, sorted(kept))
    return sum(_loses(record, kept) for record in records)


def _loses(record: Record, kept: Mapping[str, int]) -> bool:
    values = ((record.values.get(name), places) for name, places in kept.items())
    return any(isinstance(value, Decimal) and rounded(value, places) != value for value, places in values)


def _words(rule: TableRule, kept: Mapping[str, int], number: int) -> str:
    fields = ", ".join(f"{rule.erp.fields[name].label or name} ({places})" for name, places in sorted(kept.items()))
    records = "1 record has" if number == 1 else f"{number} records have"
    return f"{records} values with more decimals than Dynamics 365 Sales keeps, and arrive rounded. It keeps: {fields}."
