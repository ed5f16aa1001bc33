"""Django's admin: every table can be looked at; what has rules of its own is changed on its page."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from integration.models import (
    AuditEntry,
    CachedText,
    ConnectionSetup,
    FieldMapping,
    FieldTransformation,
    FlowCursor,
    FullSynchLine,
    JobQueueEntry,
    PendingPost,
    RecordTemplate,
    SyncError,
    SyncJob,
    TableMapping,
    TemplateUse,
    TemplateValue,
    User,
    WebServiceKey,
)

# Second factors and accounts at the provider are changed by their own pages; what else django-allauth has is not used.
admin.site.unregister([Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken])


class ToLookAt(admin.ModelAdmin):
    """Rows that only their own verbs change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ToLookAt):
    """The Users page changes people, and keeps an administrator."""

    list_display = ["username", "first_name", "last_name", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]
    search_fields = ["username", "first_name", "last_name", "email"]
    exclude = ["password"]


@admin.register(WebServiceKey)
class WebServiceKeyAdmin(ToLookAt):
    """Their hashes are shown nowhere."""

    list_display = ["user", "created_at", "last_used_at", "revoked_at"]
    exclude = ["digest"]


@admin.register(AuditEntry)
class AuditEntryAdmin(ToLookAt):
    list_display = ["at", "who", "action", "kind", "subject"]
    list_filter = ["action", "kind"]
    search_fields = ["who", "subject"]


@admin.register(ConnectionSetup)
class ConnectionSetupAdmin(ToLookAt):
    """The Connection Setup page changes it, with its checks; the secret is shown nowhere."""

    list_display = ["url", "organization_name", "is_enabled", "last_error"]
    exclude = ["client_secret"]


@admin.register(SyncJob)
class SyncJobAdmin(ToLookAt):
    list_display = ["mapping", "kind", "direction", "status", "queued_at", "finished_at", "failed"]
    list_filter = ["status", "kind", "mapping"]
    exclude = ["claim"]


@admin.register(SyncError)
class SyncErrorAdmin(ToLookAt):
    list_display = ["created_at", "mapping", "direction", "label", "code", "message", "closed_at"]
    list_filter = ["code", "mapping"]
    search_fields = ["label", "message"]


@admin.register(FullSynchLine)
class FullSynchLineAdmin(ToLookAt):
    list_display = ["mapping", "status", "direction", "recommendation", "message"]


@admin.register(JobQueueEntry)
class JobQueueEntryAdmin(ToLookAt):
    list_display = ["name", "status", "next_start", "minutes", "inactivity_minutes", "attempts", "message"]
    list_filter = ["status"]


@admin.register(FlowCursor)
class FlowCursorAdmin(ToLookAt):
    list_display = ["name", "cursor", "date"]


@admin.register(PendingPost)
class PendingPostAdmin(ToLookAt):
    """Skipped Records has those that rest tried again."""

    list_display = ["text", "code", "message", "tries", "skipped", "first_refused_at"]
    list_filter = ["skipped", "code"]


class FieldMappingInline(admin.TabularInline):
    model = FieldMapping
    extra = 0


@admin.register(TableMapping)
class TableMappingAdmin(ToLookAt):
    """The mapping pages change it: they check against both systems, ask who wins and have everything read again."""

    list_display = ["name", "erp_table", "direction", "crm_table", "only_coupled", "full_run_needed", "user_defined"]
    list_filter = ["part", "direction", "only_coupled"]
    search_fields = ["name", "erp_table", "crm_table"]
    inlines = [FieldMappingInline]


@admin.register(FieldTransformation)
class FieldTransformationAdmin(ToLookAt):
    list_display = ["field", "position", "kind", "direction"]
    list_filter = ["kind"]


class TemplateValueInline(admin.TabularInline):
    model = TemplateValue
    extra = 0


@admin.register(RecordTemplate)
class RecordTemplateAdmin(ToLookAt):
    list_display = ["name", "side", "table"]
    inlines = [TemplateValueInline]


@admin.register(TemplateUse)
class TemplateUseAdmin(ToLookAt):
    list_display = ["mapping", "template", "priority", "condition"]


@admin.register(CachedText)
class CachedTextAdmin(admin.ModelAdmin):
    """Deleting a row is always safe: it is read again."""

    list_display = ["key", "expires_at"]
    search_fields = ["key"]
    fields = ["key", "expires_at"]
    readonly_fields = ["key", "expires_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
