"""What every address of the API shares: JSON only, refusals in one shape, pages by cursor."""

from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.pagination import BasePagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from common.errors import DomainError
from common.pages import keyset

MAX_PAGE = 100
# What a refusal says where the exception has no words of its own for the reader; the first class that fits.
_WORDS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((exceptions.NotAuthenticated,), "请登录，或提供接口密钥。"),
    ((exceptions.NotFound, Http404), "没有找到，或者不在您的范围内。"),
    ((exceptions.PermissionDenied, DjangoPermissionDenied), "您现在不能做这项操作。"),
    ((exceptions.ParseError,), "请求不是有效的JSON。"),
    ((exceptions.UnsupportedMediaType,), "请求只接受JSON。"),
    ((exceptions.MethodNotAllowed,), "这个地址不支持这种请求。"),
    ((exceptions.Throttled,), "请求太频繁，请稍后再试。"),
)
_CHECK = "有内容需要修改，请看各项说明。"


class Refusal(serializers.Serializer):
    """How every refusal looks."""

    detail = serializers.CharField(help_text="What was refused and what to do, in Chinese, fit to be shown.")
    fields = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="The same per field; empty if none is at fault.",
    )


class Refused(exceptions.APIException):
    """400 with messages per field: `{name: [text, …]}`."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, fields: dict[str, list[str]]):
        super().__init__(_CHECK)
        self.fields = fields


def refusal(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to a refused request; None for a fault of ours, which stays a 500.

    400 what was sent cannot be read or taken, 401 nobody, 403 not this person or not now, 404 not there or not theirs,
    409 the row does not allow it any more (DomainError, StalePage), 429 too often.
    """
    if isinstance(exc, DomainError):
        return Response({"detail": exc.message, "fields": {}}, status=status.HTTP_409_CONFLICT)
    answer = exception_handler(exc, context)
    if answer is None:
        return None
    if isinstance(exc, exceptions.ValidationError):
        fields = _per_field(exc.detail)
        answer.data = {"detail": " ".join(fields.pop("", [])) or _CHECK, "fields": fields}
        return answer
    own = next((text for kinds, text in _WORDS if isinstance(exc, kinds)), None)
    answer.data = {"detail": own or str(getattr(exc, "detail", "")), "fields": getattr(exc, "fields", {})}
    return answer


def _per_field(detail: Any) -> dict[str, list[str]]:
    """DRF's nested details flattened to texts per field; "" holds what concerns the whole."""
    if not isinstance(detail, dict):
        return {"": [str(text) for text in detail]}
    fields = {}
    for name, texts in detail.items():
        key = "" if name == "non_field_errors" else str(name)
        fields[key] = [str(text) for text in texts] if isinstance(texts, list) else [str(texts)]
    return fields


class JsonView(APIView):
    """Base of the API's views."""

    parser_classes = [JSONParser]

    def get_exception_handler(self) -> Any:
        """Refusals in our own shape."""
        return refusal


class CursorPages(BasePagination):
    """Pages by `cursor` and `size` (20, at most 100), in the view's `page_order`, never counted."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        """The rows of the page asked for. Refused where `size` is no number from 1 to 100."""
        size = request.query_params.get("size", "20")
        if not size.isdecimal() or not 1 <= int(size) <= MAX_PAGE:
            raise Refused({"size": [f"请填1到{MAX_PAGE}之间的数。"]})
        cursor = request.query_params.get("cursor")
        self.page = keyset(queryset, order=view.page_order, cursor=cursor, size=int(size))
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """Rows with the cursors of the neighbouring pages."""
        return Response({"next": self.page.next_cursor, "previous": self.page.prev_cursor, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same for the OpenAPI description."""
        cursor = {"type": "string", "nullable": True, "description": "Pass it as `cursor`; null where nothing follows."}
        properties = {"next": cursor, "previous": cursor, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The two parameters for the OpenAPI description."""
        size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 20}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "size", "in": "query", "required": False, "schema": size},
        ]
