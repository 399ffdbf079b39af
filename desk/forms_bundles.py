"""What the pages of 类案 ask."""

from django import forms

from cases.forms import StyledForm, Words
from cases.states import Action, ClosingLevel
from common.normalise import clean_text
from desk.forms_bulk import Ticks


class BundleForm(forms.Form):
    """Which cases are one trouble with this one, and how staff call it."""

    pick = Ticks()
    title = forms.CharField(required=False, max_length=60, error_messages={"max_length": "类案名称最多60个字。"})

    def clean_title(self) -> str:
        """One clean line."""
        return " ".join(clean_text(self.cleaned_data["title"]).split())


class TogetherForm(StyledForm):
    """One answer for all of them."""

    action = forms.ChoiceField(
        label="怎样答复",
        widget=forms.RadioSelect,
        choices=[(Action.RESOLVE.value, "办结并请居民确认"), (Action.REPLY.value, "只答复进展，继续办理")],
        error_messages={"required": "请选择怎样答复。"},
    )
    closed_level = forms.TypedChoiceField(
        label="在哪一级解决", coerce=int, widget=forms.RadioSelect, choices=ClosingLevel.choices, required=False,
        help_text="选“办结”时填写；低于所选层级的事项按它所在的层级办结。",
    )  # fmt: skip
    public_text = Words("公开答复", help_text="每件事项的反映人都会看到，不写姓名、电话和门牌号。")
    note = Words("办理情况", rows=2, required=False)

    def clean(self) -> dict:
        """办结 says where it ended."""
        cleaned = super().clean()
        if cleaned.get("action") == Action.RESOLVE and cleaned.get("closed_level") in (None, ""):
            self.add_error("closed_level", "请选择在哪一级解决。")
        return cleaned

    @property
    def typed(self) -> dict[str, str]:
        """Fields of the form of the chosen action."""
        names = ["public_text", "note"]
        if self.cleaned_data["action"] == Action.RESOLVE:
            names.append("closed_level")
        return {name: self.cleaned_data[name] for name in names}
