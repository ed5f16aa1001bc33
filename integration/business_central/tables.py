"""Descriptions of the tables for the engine and the pages, made from the models once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models

from integration.business_central.fields import Amount, Code, Memo, RowMoney, Text
from integration.business_central.models import (
    CompanyRow,
    Contact,
    ContactBusinessRelation,
    CountryRegion,
    Currency,
    CurrencyExchangeRate,
    CustLedgerEntry,
    Customer,
    CustomerPriceGroup,
    DetailedCustLedgEntry,
    DocumentEvent,
    GeneralLedgerSetup,
    GLAccount,
    Item,
    ItemLedgerEntry,
    Note,
    Opportunity,
    PaymentTerms,
    Resource,
    SalesCrMemoHeader,
    SalesCrMemoLine,
    SalesHeader,
    SalesHeaderArchive,
    SalesInvoiceHeader,
    SalesInvoiceLine,
    SalesLine,
    SalesLineArchive,
    Salesperson,
    SalesPrice,
    SalesReceivablesSetup,
    SalesShipmentHeader,
    SalesShipmentLine,
    ShipmentMethod,
    ShippingAgent,
    UnitOfMeasure,
    VatBusinessPostingGroup,
    VatPostingSetup,
    VatProductPostingGroup,
    Vendor,
)
from integration.business_central.ordering import is_sorted_by
from integration.systems.errors import FieldMissing, TableMissing
from integration.systems.values import Field, FieldType, Money, Option, Table

MODELS: Mapping[str, type[CompanyRow]] = {
    model.slug(): model
    for model in (
        Contact, ContactBusinessRelation, CountryRegion, Currency, CurrencyExchangeRate, Customer,
        CustLedgerEntry, CustomerPriceGroup, DetailedCustLedgEntry, DocumentEvent, GLAccount, Item,
        ItemLedgerEntry, Note, Opportunity, PaymentTerms, Resource, SalesCrMemoHeader, SalesCrMemoLine,
        SalesHeader, SalesHeaderArchive, SalesInvoiceHeader, SalesInvoiceLine, SalesLine, SalesLineArchive,
        Salesperson, SalesPrice, SalesShipmentHeader, SalesShipmentLine, ShipmentMethod, ShippingAgent,
        UnitOfMeasure, VatBusinessPostingGroup, VatPostingSetup, VatProductPostingGroup, Vendor,
    )
}  # fmt: skip
SETUPS: Mapping[str, type[CompanyRow]] = {model.slug(): model for model in (GeneralLedgerSetup, SalesReceivablesSetup)}
"""Tables of one row, to be read by the flows; people change them on their pages, and no mapping is made of them."""
SYSTEM_COLUMNS = ("system_id", "system_created_at", "system_modified_at")
NAME_LENGTH = 50
"""A country is given by code or by name, whichever the other side has."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how it is described and how it is stored. ``target`` is the model a relation points to, ``label``
    the path to what names that row. A ``by_name`` relation is text outside: the other row's code."""

    field: Field
    stored: Any
    target: type[CompanyRow] | None = None
    label: str = ""

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def attribute(self) -> str:
        return str(self.stored.attname)

    @property
    def by_name(self) -> bool:
        return self.target is not None and self.field.type is FieldType.TEXT


@dataclass(frozen=True, slots=True)
class TableColumns:
    """One table: its model, its description, its columns by name."""

    model: type[CompanyRow]
    table: Table
    columns: Mapping[str, Column]

    def column(self, name: str) -> Column:
        """The column with this name. Raises ``FieldMissing``."""
        if name not in self.columns:
            raise FieldMissing(f"{self.table.label} ({self.table.name}) has no field “{name}”.")
        return self.columns[name]

    def select(self, names: Sequence[str]) -> list[Column]:
        """The columns with these names, in their order. Raises ``FieldMissing``."""
        return [self.column(name) for name in names]


LOCAL_SUFFIX = "_lcy"
"""The end of the name of a column whose amounts are in the local currency, whatever currency the record has."""


@cache
def columns_of(table: str) -> TableColumns:
    """The description of a table with its columns, by the table's name outside. Raises ``TableMissing``."""
    model = MODELS.get(table) or SETUPS.get(table)
    if model is None:
        raise TableMissing(f"There is no table “{table}” in the company.")
    stored = [field for field in model._meta.concrete_fields if field.name != "row_version"]
    columns = {field.name: _column(model, field) for field in stored}
    described = Table(
        table,
        str(model._meta.verbose_name),
        {name: column.field for name, column in columns.items()},
        name_field=model.name_field if model.name_field in columns else "",
        number_field=model.number_field if model.number_field in columns else "",
        actions=(*(("block", "unblock") if "blocked" in columns else ()), *model.verbs),
    )
    return TableColumns(model, described, columns)


def _column(model: type[CompanyRow], stored: Any) -> Column:
    target = stored.related_model if stored.is_relation else None
    kept = model.append_only or model in SETUPS.values()
    writable = not kept and stored.name not in (*SYSTEM_COLUMNS, *model.read_only)
    shape = _shape(stored, target)
    field = Field(
        stored.name,
        label=str(stored.verbose_name),
        required=writable and not stored.blank and (target is not None or isinstance(stored, Text)),
        insertable=writable,
        updatable=writable,
        sortable=model.few or is_sorted_by(model, stored),
        **shape,
    )
    label = f"{stored.name}__{target.number_field}" if target is not None else ""
    return Column(field, stored, target, label)


def _shape(stored: Any, target: type[CompanyRow] | None) -> dict[str, Any]:
    """The type of a column and its limits."""
    if target is CountryRegion:
        return {"type": FieldType.TEXT, "max_length": NAME_LENGTH}
    if target is not None:
        return {"type": FieldType.REFERENCE, "targets": (target.slug(),)}
    if isinstance(stored, Amount):
        money = Money.LOCAL if stored.name.endswith(LOCAL_SUFFIX) else Money.NONE
        if isinstance(stored, RowMoney):
            money = Money.ROW
        return {"type": FieldType.DECIMAL, "scale": stored.decimal_places, "money": money, **_range(stored)}
    if stored.choices:
        options = tuple(Option(int(value), str(label)) for value, label in stored.choices)
        return {"type": FieldType.OPTION, "options": options}
    kind = next(kind for field_class, kind in _KINDS if isinstance(stored, field_class))
    return {"type": kind, "max_length": stored.max_length if kind.textual else None}


_KINDS: Sequence[tuple[type[models.Field[Any, Any]], FieldType]] = (
    (Code, FieldType.CODE),
    (Text, FieldType.TEXT),
    (Memo, FieldType.MEMO),
    (models.BooleanField, FieldType.BOOLEAN),
    (models.IntegerField, FieldType.INTEGER),
    (models.DateTimeField, FieldType.DATETIME),
    (models.DateField, FieldType.DATE),
    (models.UUIDField, FieldType.UUID),
)


def _range(stored: Amount) -> dict[str, Decimal]:
    step = Decimal(1).scaleb(-stored.decimal_places)
    largest = Decimal(1).scaleb(stored.max_digits - stored.decimal_places) - step
    least = [Decimal(v.limit_value) for v in stored.validators if isinstance(v, MinValueValidator)]
    return {"minimum": least[0] if least else -largest, "maximum": largest}
