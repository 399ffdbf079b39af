"""What one browser may see again: its receipts for a day, one case and one wish for half an hour. Signed cookies, no
session row.

Residents have no account, so nothing is stored on the server, and both work while the cache server is down.
"""

import json
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse

from cases.models import Report
from wishes import services as wishes
from wishes.models import Wish

_RECEIPTS, _TRACKED, _WISH = "weidu_receipts", "weidu_tracked", "weidu_wish"
_DAY, _HALF_AN_HOUR = 24 * 3600, 30 * 60
_MOST_RECEIPTS = 10


def keep_receipt(request: HttpRequest, response: HttpResponse, submission: UUID) -> HttpResponse:
    """`response`, with this submission among those whose receipt the browser may open."""
    known = [key for key in _receipts(request) if key != str(submission)]
    _set(request, response, _RECEIPTS, json.dumps([*known, str(submission)][-_MOST_RECEIPTS:]), _DAY)
    return response


def has_receipt(request: HttpRequest, submission: UUID) -> bool:
    """True where this browser sent the submission."""
    return str(submission) in _receipts(request)


def open_report(request: HttpRequest, response: HttpResponse, report: Report) -> HttpResponse:
    """`response`, with this report open for half an hour."""
    _set(request, response, _TRACKED, str(report.pk), _HALF_AN_HOUR)
    return response


def opened_report(request: HttpRequest) -> Report | None:
    """The report this browser opened within the last half hour."""
    key = _get(request, _TRACKED, _HALF_AN_HOUR)
    if not key:
        return None
    related = ("case__category", "case__handling_unit", "case__assignee", "case__merged_into")
    return Report.objects.select_related(*related).filter(pk=int(key)).first()


def open_wish(request: HttpRequest, response: HttpResponse, wish: Wish) -> HttpResponse:
    """`response`, with this wish open for half an hour."""
    _set(request, response, _WISH, str(wish.pk), _HALF_AN_HOUR)
    return response


def opened_wish(request: HttpRequest) -> Wish | None:
    """The wish this browser opened within the last half hour."""
    key = _get(request, _WISH, _HALF_AN_HOUR)
    return Wish.objects.select_related("case__merged_into").filter(pk=int(key)).first() if key else None


def report_of(wish: Wish) -> Report | None:
    """The wisher's own report in the case the wish became: who may open the one may open the other."""
    return Report.objects.filter(source=wishes.SOURCE, source_id=wish.number).first() if wish.case_id else None


def close(response: HttpResponse) -> HttpResponse:
    """`response`, with the open report and the open wish forgotten."""
    for name in (_TRACKED, _WISH):
        response.delete_cookie(name, samesite="Lax")
    return response


def unlisted(response: HttpResponse) -> HttpResponse:
    """`response`, kept out of search engines."""
    response["X-Robots-Tag"] = "noindex"
    return response


def _receipts(request: HttpRequest) -> list[str]:
    return json.loads(_get(request, _RECEIPTS, _DAY) or "[]")


def _get(request: HttpRequest, name: str, max_age: int) -> str:
    try:
        return request.get_signed_cookie(name, default="", max_age=max_age, salt="public.visitor")
    except signing.BadSignature:  # tampered with, or too old
        return ""


def _set(request: HttpRequest, response: HttpResponse, name: str, text: str, max_age: int) -> None:
    options = {"httponly": True, "samesite": "Lax", "secure": request.is_secure()}
    response.set_signed_cookie(name, text, salt="public.visitor", max_age=max_age, **options)
