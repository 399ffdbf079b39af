"""Topics, purposes and intervals, and answers to 意见建议, in the administration. Visits are not here: whoever runs the
portal without a posting reads nothing about residents.
"""

from django import forms
from django.contrib import admin, messages

from audit.admin import AuditedAdmin
from common.errors import DomainError
from visits.models import Campaign, Pace, Purpose, Suggestion, Topic
from visits.services import suggesting


class _Lasting(AuditedAdmin):
    """Rows visits name: put out of use with 在用, never deleted; a code is entered once."""

    list_editable = ["order", "active"]
    list_filter = ["active"]
    search_fields = ["name", "code"]
    ordering = ["order", "pk"]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        """A code is entered once."""
        return ["code"] if obj else []

    def has_delete_permission(self, request, obj=None) -> bool:
        """Visits name their topics and purposes."""
        return False


@admin.register(Topic)
class TopicAdmin(_Lasting):
    """Chips of the visit page."""

    list_display = ["name", "code", "icon", "category", "wish_kind", "order", "active"]
    list_select_related = ["category"]


@admin.register(Purpose)
class PurposeAdmin(_Lasting):
    """Why somebody goes to a door."""

    list_display = ["name", "code", "order", "active"]


@admin.register(Pace)
class PaceAdmin(AuditedAdmin):
    """The one row. A changed row is no default of ours any more. How often a care tag wants a visit stands on its kind."""

    list_display = [
        "__str__",
        "ordinary_days",
        "not_now_days",
        "tries",
        "pack_on",
        "pack_hours",
        "hints_on",
        "is_default",
    ]
    readonly_fields = ["is_default"]

    def has_add_permission(self, request) -> bool:
        """One row is enough."""
        return not Pace.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request, obj=None) -> bool:
        """The portal always has intervals."""
        return False

    def save_model(self, request, obj, form, change) -> None:
        """Somebody of the district has decided."""
        obj.pk, obj.is_default = 1, False
        super().save_model(request, obj, form, change)


@admin.register(Campaign)
class CampaignAdmin(admin.ModelAdmin):
    """To look at; campaigns are arranged on the desk."""

    list_display = ["name", "purpose", "starts_date", "ends_date", "target_percent", "tagged_only", "ended_at"]
    list_select_related = ["purpose"]
    ordering = ["-starts_date", "-pk"]

    def has_add_permission(self, request) -> bool:
        """Arranged on the desk."""
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        """Arranged on the desk."""
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        """Visits name their campaign."""
        return False


class AnswerForm(forms.ModelForm):
    """An answer says something."""

    class Meta:
        model = Suggestion
        fields = ["answer"]

    def clean_answer(self) -> str:
        """Refused without words."""
        text = self.cleaned_data["answer"].strip()
        if not text:
            raise forms.ValidationError("请写下答复。")
        return text


@admin.register(Suggestion)
class SuggestionAdmin(admin.ModelAdmin):
    """What staff say about the portal: answered once; whoever asked is told."""

    form = AnswerForm
    list_display = ["created_at", "text", "by", "answered_at", "answered_by"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter)]
    list_select_related = ["by", "answered_by"]
    ordering = ["-created_at", "-pk"]
    readonly_fields = ["text", "by", "created_at", "answered_at", "answered_by"]
    fields = ["text", "by", "created_at", "answer", "answered_at", "answered_by"]

    def has_add_permission(self, request) -> bool:
        """Said on the phone page."""
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        """What was said stays."""
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        """An answer is given once."""
        return (obj is None or obj.answered_at is None) and super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change) -> None:
        """The answer goes through its verb, which writes the audit entry and the notice."""
        try:
            suggesting.answer(obj, form.cleaned_data["answer"], by=request.user)
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
