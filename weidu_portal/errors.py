"""What people see when something does not work: what happened, whether anything is lost, what to do."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

_API = "/api/"
# Phones read JSON here, and nothing else: a page would be taken for somebody else's.
_SYNC = "/sync/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. Drawn without the request, which may be the very thing that is broken."""
    return _plain(request, "400.html", 400, "请求不完整")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _framed(request, "403.html", 403, "没有权限")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is nothing, or nothing for this reader."""
    return _framed(request, "404.html", 404, "没有找到")


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Touches neither database nor session."""
    if request.path.startswith(_SYNC) and isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _json(request, 503, "系统正忙，记录还在手机上，稍后会再传", "later")
    return _plain(request, "500.html", 500, "服务出了问题")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old: says that what was typed is still in the page before."""
    if request.path.startswith(_SYNC):
        if not request.user.is_authenticated:
            return _json(request, 401, "请先登录，记录还在手机上", "login")
        return _json(request, 403, "页面已过期", "csrf")
    return _framed(request, "403_csrf.html", 403, "页面已过期")


def _framed(request: HttpRequest, template: str, status: int, detail: str) -> HttpResponse:
    if request.path.startswith((_API, _SYNC)):
        return _json(request, status, detail)
    return render(request, template, status=status)


def _plain(request: HttpRequest, template: str, status: int, detail: str) -> HttpResponse:
    if request.path.startswith((_API, _SYNC)):
        return _json(request, status, detail)
    return HttpResponse(render_to_string(template), status=status)


def _json(request: HttpRequest, status: int, detail: str, error: str = "server") -> JsonResponse:
    if request.path.startswith(_API):
        return JsonResponse({"detail": detail}, status=status)
    return JsonResponse({"error": error, "words": f"{detail}。"}, status=status, headers={"Cache-Control": "no-store"})


class WrongMethodMiddleware:
    """Says why a page that only a button opens does not open, where the answer would be an empty page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, with words where it is a 405 without any."""
        answer = self.get_response(request)
        if answer.status_code != 405 or answer.streaming or answer.content:
            return answer
        said = _framed(request, "405.html", 405, "这个地址不支持这种请求")
        said["Allow"] = answer["Allow"]
        return said
