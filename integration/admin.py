"""Django's admin: every table can be looked at; what has rules of its own is changed on its page."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from integration.models import CachedText, ConnectionSetup, FieldMapping, TableMapping, User

admin.site.register(User, UserAdmin)


@admin.register(ConnectionSetup)
class ConnectionSetupAdmin(admin.ModelAdmin):
    """To look at. The Connection Setup page changes it, with its checks; the secret is shown nowhere."""

    list_display = ["url", "organization_name", "is_enabled", "last_error"]
    exclude = ["client_secret"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ConnectionSetup | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ConnectionSetup | None = None) -> bool:
        return False


class FieldMappingInline(admin.TabularInline):
    model = FieldMapping
    extra = 0


@admin.register(TableMapping)
class TableMappingAdmin(admin.ModelAdmin):
    list_display = ["name", "erp_table", "direction", "crm_table", "only_coupled", "full_run_needed", "user_defined"]
    list_filter = ["part", "direction", "only_coupled"]
    search_fields = ["name", "erp_table", "crm_table"]
    readonly_fields = ["full_run_needed", "erp_cursor", "crm_cursor", "user_defined"]
    inlines = [FieldMappingInline]


@admin.register(CachedText)
class CachedTextAdmin(admin.ModelAdmin):
    """Deleting a row is always safe: it is read again."""

    list_display = ["key", "expires_at"]
    search_fields = ["key"]
    fields = ["key", "expires_at"]
    readonly_fields = ["key", "expires_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
