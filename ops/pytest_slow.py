"""pytest plugin, asked for by `-p ops.pytest_slow`: pages of the live server come late and in two parts.

A browser test that asks what is on a page before the page is there passes on an idle machine and fails on a busy one; with
this plugin it fails every time: `make test ARGS="-m browser -n 4 -p ops.pytest_slow"`, or 0 of SLOW_PAGES seconds for none.
"""

import os
import time
from collections.abc import Iterator

from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

SECONDS = float(os.environ.get("SLOW_PAGES", "0.5"))
_CUT = b"<main"
_answer = WSGIHandler.get_response


def _late(handler: BaseHandler, request: HttpRequest) -> HttpResponseBase:
    if request.path.startswith("/static/"):
        return _answer(handler, request)
    time.sleep(SECONDS)
    response = _answer(handler, request)
    if not isinstance(response, HttpResponse) or not response.get("Content-Type", "").startswith("text/html"):
        return response
    return _in_two(response)


def _in_two(response: HttpResponse) -> HttpResponseBase:
    """The same page; what is in <main> arrives SECONDS after what is above it."""
    body = response.content
    cut = body.find(_CUT)
    if cut < 0:
        return response

    def parts() -> Iterator[bytes]:
        yield body[:cut]
        time.sleep(SECONDS)
        yield body[cut:]

    late = StreamingHttpResponse(parts(), status=response.status_code, reason=response.reason_phrase)
    for name, value in response.items():
        late[name] = value
    late["Content-Length"] = str(len(body))
    late.cookies = response.cookies
    return late


setattr(WSGIHandler, "get_response", _late)  # noqa: B010 - a method of another library, put in its place on purpose
