"""Privacy notices, requests about one's own data and kinds of care in the administration.

Households and residents are not here: who runs the portal has no need to read about them.
"""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect

from audit.admin import AuditedAdmin
from common.errors import DomainError
from households import services
from households.models import PrivacyNotice, RightsRequest, TagKind


@admin.register(PrivacyNotice)
class PrivacyNoticeAdmin(AuditedAdmin):
    """Versions of the notice. A new one is added; what people were once shown is never edited."""

    list_display = ["version", "in_force_from"]
    ordering = ["-in_force_from"]

    def has_change_permission(self, request, obj=None) -> bool:
        """Never: add a version."""
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        """Never: reports name the version they were made under."""
        return False


@admin.register(TagKind)
class TagKindAdmin(AuditedAdmin):
    """Kinds of care tags. One no longer wanted is switched off: tags that were set name it."""

    list_display = ["name", "code", "order", "visit_days", "review_days", "active"]
    ordering = ["order", "pk"]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        """The code stays: sheets and rows go by it."""
        return ["code"] if obj else []

    def has_delete_permission(self, request, obj=None) -> bool:
        """Never."""
        return False


class AnswerForm(forms.ModelForm):
    """What was done, or why not."""

    done = forms.TypedChoiceField(
        label="办理结果",
        choices=[("1", "已办理"), ("0", "未予办理")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    reply = forms.CharField(
        label="答复", widget=forms.Textarea(attrs={"rows": 4}), help_text="未予办理的要写明理由，申请人会看到。"
    )

    class Meta:
        model = RightsRequest
        fields = []


@admin.register(RightsRequest)
class RightsRequestAdmin(admin.ModelAdmin):
    """Requests to see, correct or delete; answered once, through the service. Names and numbers stay masked."""

    form = AnswerForm
    list_display = ["kind", "masked_name", "masked_phone", "receipt", "created_at", "due_at", "status"]
    list_filter = ["status", "kind"]
    ordering = ["-created_at"]
    shown = ["kind", "masked_name", "masked_phone", "receipt", "text", "notice", "created_at", "due_at", "status"]
    answered = ["answer", "answered_at", "answered_by"]

    @admin.display(description="姓名")
    def masked_name(self, asked) -> str:
        """刘*."""
        return str(asked.name)

    @admin.display(description="手机号")
    def masked_phone(self, asked) -> str:
        """138****1234."""
        return str(asked.phone)

    def get_fields(self, request, obj=None) -> list[str]:
        """The request, and either the form for the answer or the answer."""
        open_to_answer = obj is not None and not obj.answered_at and self.has_change_permission(request, obj)
        return [*self.shown, *(["done", "reply"] if open_to_answer else self.answered)]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        """Everything but the answer."""
        return [*self.shown, *self.answered]

    def get_form(self, request, obj=None, change=False, **kwargs):
        """A plain form: its fields are no columns."""
        return super().get_form(request, obj, change, **{**kwargs, "fields": []})

    def has_change_permission(self, request, obj=None) -> bool:
        """An answered request is read."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.answered_at)

    def has_add_permission(self, request) -> bool:
        """Residents ask on their own page."""
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        """Requests stay on record."""
        return False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page; where somebody else answered meanwhile, it says so and shows the row again."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.path)

    def save_model(self, request, obj, form, change) -> None:
        """Through the service, so that it is answered once and audited."""
        services.answer(obj, form.cleaned_data["reply"], done=form.cleaned_data["done"], by=request.user)
