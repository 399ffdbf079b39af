"""Tags and filters every template may use: icons, chips, badges, dates and numbers as Chinese offices write them."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
LEVELS = {1: "网格", 2: "社区", 3: "街道", 4: "区"}
DUE_ICONS = {"ok": "clock", "soon": "hourglass-high", "over": "alert-triangle", "done": "check"}
WEEKDAYS = "一二三四五六日"
NARROW_SPACE = "\u202f"
_RECEIPT = re.compile(r"([A-Z]+\d{6})(\d+)")


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, cls: str = "") -> SafeString:
    """An icon of the sprite, silent to screen readers: a word stands beside it, or the control has an aria-label."""
    classes = f"icon {cls}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, static(SPRITE), name
    )


@register.simple_tag
@lru_cache(maxsize=8)
def level_chip(level: int) -> SafeString:
    """Four rising bars filled up to `level` (1 grid to 4 district), and the level's name."""
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="3.4" height="{}" rx="1"{}></rect>',
        (
            (f"{4.6 * step:.1f}", 10 - 3 * step, 4 + 3 * step, SafeString(' class="on"' if step < level else ""))
            for step in range(4)
        ),
    )
    return format_html(
        '<span class="level"><svg viewBox="0 0 18 14" aria-hidden="true">{}</svg>{}</span>', bars, LEVELS[int(level)]
    )


@register.simple_tag
def due_badge(case: Any) -> SafeString:
    """The deadline in colour, icon and words. `case.due_state` is (ok | soon | over | done, text)."""
    state, words = case.due_state
    sign = "player-pause" if words.endswith("复核") else DUE_ICONS[state]
    return format_html('<span class="due due-{}">{}{}</span>', state, icon(sign), words)


@register.simple_tag(takes_context=True)
def menu_link(context: dict, view: str, sign: str, words: str, *, also: str = "", count: int = 0, hot: bool = False):
    """A link of the side menu, marked where the reader is. `also` names further views that belong to it."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    here = match is not None and match.view_name in {view, *also.split()}
    number = format_html('<span class="n{}">{}</span>', " hot" if hot else "", narrow(count)) if count else ""
    return format_html(
        '<a href="{}"{}>{}<span>{}</span>{}</a>',
        reverse(view),
        SafeString(' aria-current="page"' if here else ""),
        icon(sign),
        words,
        number,
    )


@register.filter
def cn_date(value: date | datetime | None, at: datetime | None = None) -> str:
    """11月27日, with the year where it is not that of `at` (default now): 2025年11月27日. None gives an empty text."""
    day = _local_day(value)
    if day is None:
        return ""
    year = "" if day.year == _local_day(at or timezone.now()).year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


@register.filter
def cn_time(value: datetime | None, at: datetime | None = None) -> str:
    """11月27日 9:30, or 今天, 昨天, 明天 and the time of day."""
    if value is None:
        return ""
    local, today = timezone.localtime(value), _local_day(at or timezone.now())
    near = {today: "今天", today - timedelta(days=1): "昨天", today + timedelta(days=1): "明天"}
    return f"{near.get(local.date()) or cn_date(value, at)} {local.hour}:{local:%M}"


@register.filter
def cn_weekday(value: date | datetime | None) -> str:
    """周五."""
    day = _local_day(value)
    return "" if day is None else f"周{WEEKDAYS[day.weekday()]}"


@register.filter
def receipt(number: str) -> str:
    """A receipt number in two readable groups: WD2611200386517 → WD261120-0386517. Anything else as it is."""
    parts = _RECEIPT.fullmatch(str(number))
    return f"{parts[1]}-{parts[2]}" if parts else str(number)


@register.filter
def narrow(value: int | None) -> str:
    """A number with thousands parted by a narrow space (GB/T 15835): 1 204."""
    return "" if value is None else f"{value:,}".replace(",", NARROW_SPACE)


@register.filter
def yuan(value: Decimal | None) -> str:
    """Money with two places and thousands parted by a narrow space: 38 000.00, −200.00. None gives an empty text."""
    if value is None:
        return ""
    return f"{'−' if value < 0 else ''}{abs(value):,.2f}".replace(",", NARROW_SPACE)


def _local_day(value: date | datetime | None) -> Any:
    """The local date of a date or an aware datetime; None for None."""
    if isinstance(value, datetime):
        return timezone.localdate(value)
    return value
