"""Filters of case lists, the same for the inbox, its export and the API."""

import django_filters as filters
from django.core.validators import RegexValidator
from django.db.models import Q

from cases.models import Case, Category
from cases.states import Channel, Status
from grids.levels import Level, level_of

DUE = [("over", "已超期"), ("soon", "快到期")]
_COLUMN = {Level.STREET: "street", Level.COMMUNITY: "community", Level.GRID: "area"}
_A_CODE = RegexValidator(r"^\d{6}(\d{3}){0,3}$", "区域代码为6、9、12或15位数字。")


class CaseFilter(filters.FilterSet):
    """Narrows a queryset of cases that is already limited to what the reader may see."""

    q = filters.CharFilter(label="编号、地点或内容", method="with_words", max_length=60)
    area = filters.CharFilter(label="区域", method="within_area", validators=[_A_CODE])
    category = filters.ModelChoiceFilter(
        label="类别",
        queryset=Category.objects.active().order_by("order", "code"),
        to_field_name="code",
        empty_label="全部类别",
        method="of_category",
    )
    level = filters.ChoiceFilter(label="层级", choices=Level.choices, empty_label="全部层级")
    status = filters.ChoiceFilter(label="状态", choices=Status.choices, empty_label="全部状态")
    due = filters.ChoiceFilter(label="期限", choices=DUE, method="by_due", empty_label="全部期限")
    channel = filters.ChoiceFilter(label="来源", choices=Channel.choices, empty_label="全部来源")

    class Meta:
        model = Case
        fields = ["q", "area", "category", "level", "status", "due", "channel"]

    def with_words(self, rows, name, value):
        """Cases whose number, place, title or words contain what was typed."""
        return rows.matching(value)

    def within_area(self, rows, name, value):
        """Cases of an area and of everything beneath it."""
        column = _COLUMN.get(level_of(value))
        return rows.filter(**{column: value}) if column else rows.filter(area_id__startswith=value)

    def of_category(self, rows, name, value):
        """Cases of a category or of its children."""
        return rows.filter(Q(category=value) | Q(category__parent=value))

    def by_due(self, rows, name, value):
        """Overdue cases, or those past three quarters of their time."""
        return rows.overdue() if value == "over" else rows.due_soon()
