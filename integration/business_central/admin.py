"""Django admin of every table of the company: searchable lists, relations by autocomplete."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from integration.business_central.fields import Code, Text
from integration.business_central.models import (
    CompanyInformation,
    CompanyRow,
    Deleted,
    GeneralLedgerSetup,
    NoSeries,
    NoSeriesLine,
    RowCounter,
    SalesReceivablesSetup,
)
from integration.business_central.models.document_columns import WholeRow
from integration.business_central.tables import MODELS

COLUMNS_LISTED = 7
COLUMNS_SEARCHED = 12
SYSTEM_COLUMNS = ("system_id", "system_created_at", "system_modified_at", "row_version")


class CompanyAdmin(admin.ModelAdmin):
    """One table. What it shows follows from its columns."""

    list_per_page = 50
    show_full_result_count = False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with a row is removed by the company's own rules, so nobody needs a permission for it."""
        going, counts, _, protected = super().get_deleted_objects(objs, request)
        return going, counts, set(), protected


class SetupAdmin(CompanyAdmin):
    """A table with one row, which is neither added nor deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not self.model._default_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """What only the company itself writes."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def admin_of(model: type[CompanyRow], base: type[admin.ModelAdmin] = CompanyAdmin) -> type[admin.ModelAdmin]:
    """The admin of one table, made of its columns."""
    fields: list[Any] = [field for field in model._meta.concrete_fields if field.name not in SYSTEM_COLUMNS]
    relations = [field.name for field in fields if field.is_relation]
    texts = [field.name for field in fields if isinstance(field, Code | Text) and field.editable]
    names = {field.name for field in fields}
    named = [name for name in (model.number_field, model.name_field) if name in names]
    shown = [*named, *(field.name for field in fields if field.name not in named and field.editable)][:COLUMNS_LISTED]
    codes_pointed_to = [f"{f.name}__{f.related_model.number_field}" for f in fields if f.is_relation]
    options = {
        "list_display": shown or ["__str__"],
        "list_select_related": [name for name in shown if name in relations] or False,
        "search_fields": texts[:COLUMNS_SEARCHED] or codes_pointed_to,
        "autocomplete_fields": relations,
        "list_filter": [field.name for field in fields if field.choices or field.name == "blocked"],
        "readonly_fields": [*model.read_only, *SYSTEM_COLUMNS],
    }
    return type(f"{model.__name__}Admin", (base,), options)


TABLES: tuple[type[CompanyRow], ...] = (*MODELS.values(), NoSeries, NoSeriesLine)
"""Documents and ledgers are read here; they are written by the actions of their pages."""
SETUPS: tuple[type[CompanyRow], ...] = (CompanyInformation, GeneralLedgerSetup, SalesReceivablesSetup)
for _table in TABLES:
    admin.site.register(_table, admin_of(_table, ReadOnlyAdmin if issubclass(_table, WholeRow) else CompanyAdmin))
for _setup in SETUPS:
    admin.site.register(_setup, admin_of(_setup, SetupAdmin))


@admin.register(Deleted)
class DeletedAdmin(ReadOnlyAdmin):
    list_display = ("table", "system_id", "row_version")
    list_filter = ("table",)


admin.site.register(RowCounter, ReadOnlyAdmin)
