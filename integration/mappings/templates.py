"""Stored templates -> what the engine is told, checked against both tables as their systems describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from integration.sync.record.values import constant
from integration.sync.rules import Template
from integration.systems.errors import ConfigurationProblem, InvalidValue
from integration.systems.filters import FilterError, parse
from integration.systems.values import FieldType, Ref, Side, Table, Value
from integration.systems.wording import field_name

if TYPE_CHECKING:
    from integration.models.mapping.table_mapping import TableMapping
    from integration.models.mapping.template import TemplateUse


def templates_of(mapping: TableMapping, erp: Table, crm: Table) -> tuple[Template, ...]:
    """The templates of a mapping, first choice first. Raises ``ConfigurationProblem`` with the template's name."""
    uses = list(mapping.templates.all())
    prefetch_related_objects(uses, "template__values")
    return tuple(_template(use, erp, crm) for use in uses)


def template_value(table: Table, side: Side, name: str, text: str) -> Value:
    """A value of a template as the column takes it. Raises ``InvalidValue``, in words."""
    field = table.fields.get(name)
    if field is None:
        raise InvalidValue(f"{table.label} has no field “{name}”.", field=name)
    if not field.insertable or field.type is FieldType.TABLE:
        raise InvalidValue(f"{field_name(field)} cannot be set.", field=name)
    value = constant(text, field)
    if side is Side.CRM and field.type is FieldType.REFERENCE and not isinstance(value, Ref):
        raise InvalidValue(f"{field_name(field)} needs the id of a record of {' or '.join(field.targets)}.", field=name)
    return value


def _template(use: TemplateUse, erp: Table, crm: Table) -> Template:
    side = Side(use.template.side)
    filled, read = (erp, crm) if side is Side.ERP else (crm, erp)
    if use.template.table != filled.name:
        raise ConfigurationProblem(f"{use.mapping}: the template “{use.template}” is for another table.")
    try:
        values = {one.field: template_value(filled, side, one.field, one.value) for one in use.template.values.all()}
        return Template(use.template.name, side, values, parse(use.condition, read))
    except (InvalidValue, FilterError) as error:
        raise ConfigurationProblem(f"{use.mapping}, template “{use.template}”: {error}") from error
