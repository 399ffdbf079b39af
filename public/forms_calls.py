"""The three questions of a call-back, as a resident answers them."""

from django import forms

from cases.states import Outcome, Satisfaction, UnsolvedReason
from public.forms import MAX_COMMENT, Words


class CallForm(forms.Form):
    """是否解决, 是否满意, 未解决原因."""

    outcome = forms.ChoiceField(
        label="问题解决了吗",
        choices=Outcome.choices,
        error_messages={"required": "请选择问题是否解决。", "invalid_choice": "请重新选择问题是否解决。"},
    )
    satisfaction = forms.ChoiceField(
        label="您满意吗",
        choices=Satisfaction.choices,
        required=False,
        error_messages={"invalid_choice": "请重新选择是否满意。"},
    )
    unsolved_reason = forms.ChoiceField(
        label="没有解决的，是什么原因",
        choices=UnsolvedReason.choices,
        required=False,
        error_messages={"invalid_choice": "请重新选择原因。"},
    )
    note = Words("还想说的话", longest=MAX_COMMENT)

    def clean(self) -> dict:
        """Who says it is not solved says why: that is what the next person needs to know."""
        cleaned = super().clean()
        silent = not cleaned.get("unsolved_reason") and "unsolved_reason" not in self.errors
        if cleaned.get("outcome") == Outcome.UNSOLVED and silent:
            self.add_error("unsolved_reason", "请选择为什么没有解决。")
        return cleaned
