"""Uploading a sheet."""

from django import forms

from common.spreadsheets import MAX_BYTES
from jobs import imports

_READ = (".xlsx", ".csv")
_OTHERS = {
    ".xls": "这是旧版.xls文件，请另存为.xlsx再上传。",
    ".xlsm": "文件含有宏，请另存为不带宏的.xlsx再上传。",
    ".ods": "这是.ods文件，请另存为.xlsx再上传。",
    ".et": "这是WPS的.et文件，请另存为.xlsx再上传。",
}


class SheetForm(forms.Form):
    """The day's 12345 sheet."""

    most_bytes = MAX_BYTES
    sheet = forms.FileField(
        label="12345事项表",
        help_text="只收.xlsx和.csv，一次最多5000行、10MB。",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请核对。"},
    )

    def clean_sheet(self):
        """An upload of a size and kind we read; its content is checked by the job."""
        sheet = self.cleaned_data["sheet"]
        if sheet.size > self.most_bytes:
            raise forms.ValidationError(f"文件超过{self.most_bytes // (1024 * 1024)}MB，请拆分后再上传。")
        name = sheet.name.lower()
        if not name.endswith(_READ):
            said = next((words for ending, words in _OTHERS.items() if name.endswith(ending)), "")
            raise forms.ValidationError(said or "只能读.xlsx和.csv，请另存为其中一种再上传。")
        return sheet


class LongSheetForm(SheetForm):
    """A sheet of one of the kinds; says how many rows it may have."""

    most_bytes = imports.MAX_BYTES
    sheet = forms.FileField(
        label="填好的表",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请核对。"},
    )

    def __init__(self, *args, kind: type[imports.Sheet], **kwargs):
        super().__init__(*args, **kwargs)
        rows = f"{kind.most // 10000}万" if kind.most >= 10000 else str(kind.most)
        size = self.most_bytes // (1024 * 1024)
        self.fields["sheet"].help_text = f"只收.xlsx和.csv，一次最多{rows}行、{size}MB。"
