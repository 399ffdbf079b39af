"""What the bulk bar sends."""

from django import forms
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from common.normalise import clean_text
from desk.bulk import BULK, MOST


class Ticks(forms.Field):
    """The ticked numbers, as many boxes of one name."""

    widget = forms.MultipleHiddenInput

    def clean(self, value) -> list[str]:
        """The numbers, at most a hundred."""
        numbers = [number for number in value or [] if number]
        if not numbers:
            raise forms.ValidationError("请先勾选事项。")
        if len(numbers) > MOST:
            raise forms.ValidationError(f"一次最多{MOST}件。")
        return numbers


class BulkForm(forms.Form):
    """Ticked cases, what to do, to whom, and where to go back to."""

    pick = Ticks()
    do = forms.ChoiceField(
        choices=list(BULK.items()),
        error_messages={"required": "请选择要做什么。", "invalid_choice": "不能批量做这个动作。"},
    )
    to = forms.CharField(required=False, max_length=20)
    note = forms.CharField(required=False, max_length=2000)
    next = forms.CharField(required=False, max_length=2000)

    def clean_note(self) -> str:
        """The note without control characters."""
        return clean_text(self.cleaned_data["note"])

    @property
    def back(self) -> str:
        """The list the person came from; the inbox where the address is not ours."""
        address = self.data.get("next", "")
        ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
        return address if ours and address.startswith("/desk/") else reverse("desk:cases")
