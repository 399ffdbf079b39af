"""The size of type a reader chose: kept in a cookie, and with the account of those who sign in."""

from django.http import HttpRequest, HttpResponse

SIZE_COOKIE = "weidu_size"
ELDER = "elder"
_YEAR = 365 * 24 * 3600


def chosen_size(request: HttpRequest) -> str:
    """ "elder" where the reader chose 长辈版, else an empty text. Reads the cookie only, so it costs no query."""
    return ELDER if request.COOKIES.get(SIZE_COOKIE) == ELDER else ""


def remember_size(request: HttpRequest, response: HttpResponse, size: str) -> HttpResponse:
    """`response` with the choice in its cookie; the account of a signed-in reader remembers it too."""
    size = ELDER if size == ELDER else ""
    if request.user.is_authenticated and request.user.size != size:
        request.user.size = size
        request.user.save(update_fields=["size"])
    response.set_cookie(SIZE_COOKIE, size, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response
