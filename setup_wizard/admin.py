"""The guide's rows in the administration, to look at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from setup_wizard.models import AdministratorRun, Guide


class LookedAt(admin.ModelAdmin):
    """Changed by the guide alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


admin.site.register([Guide, AdministratorRun], LookedAt)
