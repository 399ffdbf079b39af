"""The row of the long list, drawn in one go.

Fifty rows of a template with thirty tags each were a third of the page's time (`case_list_vs_empty_page` in the bench);
everything that is not here stays in templates.
"""

from collections.abc import Collection

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases.models import Case
from common.templatetags.weidu import due_badge, level_chip, receipt

register = template.Library()

_ROW = (
    '<tr><td><input class="form-check-input" type="checkbox" name="pick" value="{number}" data-pick'
    ' aria-label="选择 {called}"{checked}></td>'
    '<td><a class="title" href="{cases}{number}/">{called}</a>{urgent}'
    '<div class="muted small"><span class="code">{receipt}</span>　{channel}</div></td>'
    '<td>{place}<div class="muted small place">{area}</div></td><td class="nowrap">{category}</td>'
    '<td>{level}</td><td class="nowrap">{status}</td><td class="nowrap">{holder}</td><td>{due}{mark}</td></tr>'
)
_CHECKED = SafeString(" checked")
_URGENT = SafeString(' <span class="tag over">紧急</span>')
_MARK = SafeString('<div class="muted small">待区级研判</div>')


@register.simple_tag
def case_row(case: Case, cases: str, picked: Collection[str]) -> SafeString:
    """One row of `desk.work.in_words`; `cases` is the address of the list, `picked` the numbers that stay ticked."""
    return format_html(
        _ROW,
        number=case.number,
        called=case.called,
        checked=_CHECKED if case.number in picked else "",
        cases=cases,
        urgent=_URGENT if case.urgent else "",
        receipt=receipt(case.number),
        channel=case.channel_label,
        place=case.place,
        area=case.area_name,
        category=case.category_name,
        level=level_chip(case.level),
        status=case.status_label,
        holder=_holder(case),
        due=due_badge(case),
        mark=_MARK if case.exhausted_at and case.is_open else "",
    )


def _holder(case: Case) -> str:
    """The unit with its person below, else the person, else a dash."""
    if not case.unit_name:
        return case.person_name or "—"
    if not case.person_name:
        return case.unit_name
    return format_html('{}<div class="muted small">{}</div>', case.unit_name, case.person_name)
