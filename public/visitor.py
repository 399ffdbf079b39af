"""What one browser may see again: its receipts for a day, one case for half an hour. Signed cookies, no session row.

Residents have no account, so nothing is stored on the server, and both work while the cache server is down.
"""

import json
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse

from cases.models import Report

_RECEIPTS, _TRACKED = "weidu_receipts", "weidu_tracked"
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


def close_report(response: HttpResponse) -> HttpResponse:
    """`response`, with the open report forgotten."""
    response.delete_cookie(_TRACKED, samesite="Lax")
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
