"""The audit entries, read only, for users with that permission; and the base of admin pages whose changes are audited."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from audit.models import Entry
from audit.services import record


class AuditedAdmin(admin.ModelAdmin):
    """Leaves an entry for every row added, changed or deleted: the names of the columns, never what stands in them."""

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Row and entry in one transaction."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            self.note("changed" if change else "added", obj, request, columns=form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """The entry names the row that went."""
        with transaction.atomic():
            self.note("deleted", obj, request)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One entry a row."""
        for obj in queryset:
            self.delete_model(request, obj)

    def note(self, what: str, obj: Model, request: HttpRequest, **details: Any) -> None:
        """One audit entry about a row."""
        record(f"{obj._meta.model_name}.{what}", subject=(obj._meta.label_lower, obj.pk), by=request.user, **details)


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """What was done, by whom. Nobody adds, changes or deletes here; the database refuses it too."""

    list_display = ["sequence", "at", "actor_kind", "actor_id", "verb", "subject_kind", "subject_id", "details"]
    list_filter = ["actor_kind"]
    search_fields = ["=verb", "=subject_id"]
    search_help_text = "动作或对象编号，写全"
    ordering = ["-id"]
    show_full_result_count = False
    fields = ["sequence", "at", "actor_kind", "actor_id", "verb", "subject_kind", "subject_id", "details", "digest"]
    readonly_fields = ["digest"]

    @admin.display(description="摘要")
    def digest(self, entry: Entry) -> str:
        """Hash of a sealed entry, hexadecimal."""
        return bytes(entry.hash).hex() if entry.hash else "待封存"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
