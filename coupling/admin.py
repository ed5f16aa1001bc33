"""Couplings, to look at: their own verbs change them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from coupling.models import Coupling


@admin.register(Coupling)
class CouplingAdmin(admin.ModelAdmin):
    list_display = ["mapping", "erp_id", "crm_id", "state", "owed_erp", "owed_crm", "to_crm_result", "to_erp_result"]
    list_filter = ["mapping", "state", "to_crm_result", "to_erp_result"]
    search_fields = ["erp_id", "crm_id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
