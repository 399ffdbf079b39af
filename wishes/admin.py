"""How long things may take, in the administration. Wishes, claims and volunteers are not here: they change by their
verbs only, and whoever runs the portal without a posting reads nothing about residents.
"""

from django.contrib import admin

from audit.admin import AuditedAdmin
from wishes.models import Pace


@admin.register(Pace)
class PaceAdmin(AuditedAdmin):
    """The one row. A changed row is no default of ours any more; what is under way keeps its times."""

    list_display = [
        "__str__", "review_days", "search_days", "remind_days", "lapse_days", "confirm_days", "claims_at_once",
        "price_guide", "is_default",
    ]  # fmt: skip
    readonly_fields = ["is_default"]

    def has_add_permission(self, request) -> bool:
        """One row is enough."""
        return not Pace.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request, obj=None) -> bool:
        """The portal always has times."""
        return False

    def save_model(self, request, obj, form, change) -> None:
        """Somebody of the district has decided."""
        obj.pk, obj.is_default = 1, False
        super().save_model(request, obj, form, change)
