"""What is done for people, in the administration. Requests are not here: they change by their verbs only."""

from django.contrib import admin

from agency.models import AgencyItem
from audit.admin import AuditedAdmin


@admin.register(AgencyItem)
class AgencyItemAdmin(AuditedAdmin):
    """The list of items. A changed row is no default of ours any more; what is under way keeps its times."""

    list_display = ["name", "cut_off", "later_days", "back_days", "order", "active", "is_default"]
    readonly_fields = ["is_default"]

    def has_delete_permission(self, request, obj=None) -> bool:
        """An item goes out of use; what was asked for keeps its name."""
        return False

    def save_model(self, request, obj, form, change) -> None:
        """Somebody of the district has decided."""
        obj.is_default = False
        super().save_model(request, obj, form, change)
