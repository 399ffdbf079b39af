"""Times as they are written down for good: by date, never 今天 or 明天."""

from datetime import datetime

from django.utils import timezone

from common.templatetags.weidu import cn_date


def spoken(moment: datetime, at: datetime | None = None) -> str:
    """11月23日 18:00; with the year where it is not that of `at`."""
    local = timezone.localtime(moment)
    return f"{cn_date(moment, at)} {local.hour}:{local:%M}"
