"""What administrators see of the figures: totals that were wrong, and the weights of the three dimensions."""

from django.contrib import admin

from audit.admin import AuditedAdmin
from dashboards.models import DimensionWeight, RollupFault


@admin.register(RollupFault)
class RollupFaultAdmin(admin.ModelAdmin):
    """Newest first. Nobody writes here; an empty list is what there should be."""

    list_display = ["found_at", "day", "kind", "key", "differences", "repaired"]
    ordering = ["-id"]

    def has_add_permission(self, request) -> bool:
        """Only a recount adds."""
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        """Never."""
        return False


@admin.register(DimensionWeight)
class DimensionWeightAdmin(AuditedAdmin):
    """One row a measure; without a row the default of the portal counts."""

    list_display = ["measure", "weight"]
