"""Uploading a sheet."""

from django import forms

from common.spreadsheets import MAX_BYTES


class SheetForm(forms.Form):
    """The day's 12345 sheet."""

    sheet = forms.FileField(
        label="12345事项表",
        help_text="只收.xlsx和.csv，一次最多5000行、10MB。",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请核对。"},
    )

    def clean_sheet(self):
        """An upload of a size and kind we read; its content is checked by the job."""
        sheet = self.cleaned_data["sheet"]
        if sheet.size > MAX_BYTES:
            raise forms.ValidationError("文件超过10MB，请拆分后再上传。")
        if not sheet.name.lower().endswith((".xlsx", ".csv")):
            raise forms.ValidationError("只能读.xlsx和.csv，请另存为其中一种再上传。")
        return sheet
