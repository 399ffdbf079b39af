from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from workdays.models import Day, Hours
from workdays.services import coverage_warning, note_change


class _CalendarAdmin(admin.ModelAdmin):
    """Rows of the calendar: says when it ends, and every change counts at once and is audited."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        warning = coverage_warning()
        if warning and request.method == "GET":
            messages.warning(request, warning)
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        note_change("change" if change else "add", subject=_subject(obj), by=request.user)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        subject = _subject(obj)
        super().delete_model(request, obj)
        note_change("delete", subject=subject, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


@admin.register(Day)
class DayAdmin(_CalendarAdmin):
    """Days off and working weekends."""

    list_display = ("date", "kind", "name", "source")
    list_filter = ("kind",)
    date_hierarchy = "date"
    ordering = ("-date",)
    search_fields = ("name",)
    fields = ("date", "kind", "name", "source")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("date",) if obj else ()  # a changed key would make a second row


@admin.register(Hours)
class HoursAdmin(_CalendarAdmin):
    """Working hours by season."""

    list_display = ("name", "start", "end", "morning_start", "morning_end", "afternoon_start", "afternoon_end")
    ordering = ("id",)


def _subject(obj: Model) -> tuple[str, int | str]:
    return obj._meta.label_lower, str(obj.pk)
