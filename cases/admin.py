"""Categories and limits in the administration. Cases, reports and events are not here: they change by their verbs only,
and whoever runs the portal without a posting reads nothing about residents.
"""

from django.contrib import admin

from audit.admin import AuditedAdmin
from cases import limits
from cases.models import CallShare, Category, Limit


@admin.register(Category)
class CategoryAdmin(AuditedAdmin):
    """Two levels of what requests are about; put out of use with 在用, never deleted."""

    list_display = ["name", "code", "parent", "default_class", "urgent", "publishable", "usual_unit", "order", "active"]
    list_editable = ["order", "active"]
    list_select_related = ["parent", "usual_unit"]
    list_filter = ["active", "urgent", "parent"]
    search_fields = ["name", "code"]
    ordering = ["order", "code"]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        """A code is entered once."""
        return ["code"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Two levels only: the upper category is a top one."""
        if db_field.name == "parent":
            kwargs["queryset"] = Category.objects.tops()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change) -> None:
        """A changed category counts at once in this process."""
        super().save_model(request, obj, form, change)
        limits.forget()

    def has_delete_permission(self, request, obj=None) -> bool:
        """Cases name their category."""
        return False


@admin.register(Limit)
class LimitAdmin(AuditedAdmin):
    """Signing and handling times. A changed row is no default of ours any more; steps under way keep their times."""

    list_display = [
        "rule", "sign_amount", "sign_unit", "handle_amount", "handle_unit", "extension_days", "on_expiry", "is_default",
        "changed_at",
    ]  # fmt: skip
    list_editable = ["sign_amount", "sign_unit", "handle_amount", "handle_unit", "extension_days", "on_expiry"]
    list_select_related = ["category"]
    list_filter = ["is_default", "level", "urgent"]
    ordering = ["level", "urgent", "category__order", "category__code"]
    readonly_fields = ["is_default", "changed_at"]
    actions = None

    @admin.display(description="时限")
    def rule(self, limit) -> str:
        """Whom the row binds."""
        return f"{limit.get_level_display()}，{limit.category or '各类事项'}{'，紧急' if limit.urgent else ''}"

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        """Whom a row binds is entered once."""
        return [*self.readonly_fields, *(["category", "level", "urgent"] if obj else [])]

    def save_model(self, request, obj, form, change) -> None:
        """What somebody changed or added is theirs."""
        obj.is_default = change and obj.is_default and not form.changed_data
        super().save_model(request, obj, form, change)
        limits.forget()

    def delete_model(self, request, obj) -> None:
        """A row that is gone binds nobody from now on."""
        super().delete_model(request, obj)
        limits.forget()

    def has_delete_permission(self, request, obj=None) -> bool:
        """A row for one category may go; without the rows for all no case would have a time."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.category_id is not None)


@admin.register(CallShare)
class CallShareAdmin(AuditedAdmin):
    """How many of a hundred closed cases are drawn for a random call-back, by level."""

    list_display = ["level", "percent"]
    list_editable = ["percent"]
    ordering = ["level"]

    def has_delete_permission(self, request, obj=None) -> bool:
        """Nought draws none; a missing row would mean the default again."""
        return False
