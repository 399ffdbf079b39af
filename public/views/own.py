"""The guard of pages that show one's own case or wish."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from public import visitor

_EXPIRED = "为保护您的信息，进度页半小时后自动关闭，请再填一次编号和手机号后四位。"


def own(opened: Callable[[HttpRequest], Any]) -> Callable:
    """Hands what this browser opened (`opened(request)`) to the view; without it, back to the number and the digits."""

    def guard(view: Callable) -> Callable:
        @never_cache
        @sensitive_post_parameters()
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            found = opened(request)
            if found is None:
                messages.warning(request, _EXPIRED)
                return redirect("public:track")
            return visitor.unlisted(view(request, found, *args, **kwargs))

        return guarded

    return guard
