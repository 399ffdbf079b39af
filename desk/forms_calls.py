"""What is asked when somebody calls a reporter back, on the telephone or at the door."""

from django import forms

from cases.forms import StyledForm, Words
from cases.models import CallBack
from cases.states import Outcome, Satisfaction, UnsolvedReason


class CallForm(StyledForm):
    """Reached or not, and the three questions."""

    way = forms.ChoiceField(
        label="怎么问的",
        choices=[(way.value, way.label) for way in (CallBack.Way.PHONE, CallBack.Way.VISIT)],
        initial=CallBack.Way.PHONE,
        widget=forms.RadioSelect,
    )
    reached = forms.TypedChoiceField(
        label="联系上了吗",
        choices=[("1", "联系上了"), ("0", "没有联系上")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(label="一、问题解决了吗", choices=Outcome.choices, widget=forms.RadioSelect)
    satisfaction = forms.ChoiceField(
        label="二、满意吗", choices=Satisfaction.choices, required=False, widget=forms.RadioSelect
    )
    unsolved_reason = forms.ChoiceField(
        label="三、没有解决的，是什么原因", choices=UnsolvedReason.choices, required=False, widget=forms.RadioSelect
    )
    note = Words("回访情况", rows=2, limit=500, required=False, help_text="只有工作人员看得到，不写姓名和电话。")

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        outcome = self.fields["outcome"]
        outcome.required = not (data and data.get("reached") == "0")
        outcome.error_messages["required"] = "请选择问题是否解决。没有问到的，按没有联系上记。"

    def clean(self) -> dict:
        """Who says it is not solved says why."""
        cleaned = super().clean()
        if cleaned.get("reached") and cleaned.get("outcome") == Outcome.UNSOLVED and not cleaned.get("unsolved_reason"):
            self.add_error("unsolved_reason", "请选择为什么没有解决。")
        return cleaned
