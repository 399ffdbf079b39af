"""What all addresses under /sync/ have in common: JSON whatever happens, for the signed-in person only, never kept."""

import logging
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError

from visits.envelope import Malformed

logger = logging.getLogger(__name__)
LOGIN = "请先登录，记录还在手机上。"


def refused(error: str, words: str, status: int) -> JsonResponse:
    """A refusal: a word for the page, a sentence for the person."""
    return JsonResponse({"error": error, "words": words}, status=status)


def speaks(*methods: str) -> Callable:
    """Let signed-in people through with one of `methods`, and turn every failure into JSON the page understands."""

    def guard(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            response = _answer(view, methods, request, *args, **kwargs)
            response["Cache-Control"] = "no-store"
            return response

        return guarded

    return guard


def _answer(view: Callable, methods: tuple[str, ...], request: HttpRequest, *args, **kwargs) -> HttpResponse:
    if request.method not in methods:
        response = refused("method", "这个地址不接受这种请求。", 405)
        response["Allow"] = ", ".join(methods)
        return response
    try:
        if not request.user.is_authenticated:
            return refused("login", LOGIN, 401)
        return view(request, *args, **kwargs)
    except Malformed as fault:
        return refused("malformed", str(fault), 400)
    except RequestDataTooBig:
        return refused("size", "这条记录太大，没有收下。", 413)
    except UnreadablePostError:
        return refused("broken", "没有收全，请再传一次。", 400)
    except (OperationalError, InterfaceError) as error:
        logger.error("%s: the database does not answer: %s", request.resolver_match.view_name, type(error).__name__)
        return refused("later", "系统正忙，记录还在手机上，稍后会再传。", 503)
