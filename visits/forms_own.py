"""The form of 意见建议."""

from django import forms

from cases.forms import Words
from visits.services.suggesting import MAX_TEXT


class SuggestionForm(forms.Form):
    """What somebody says about the portal."""

    text = Words("意见或建议", rows=4, limit=MAX_TEXT, help_text="不写居民的姓名、电话和门牌号。")
