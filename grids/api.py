"""The ground in the API, and the guard other apps' API views use."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission, IsAuthenticated

from common.api import CursorPages, JsonView, Refusal
from grids.levels import Level
from grids.models import Area
from grids.permissions import Ability, abilities_of


def able(*abilities: Ability) -> type[BasePermission]:
    """A permission class that lets those through who hold at least one of `abilities`; as `decorators.require`."""

    class Able(IsAuthenticated):
        def has_permission(self, request, view) -> bool:
            return super().has_permission(request, view) and bool(abilities_of(request.user) & set(abilities))

    return Able


class AreaRow(serializers.ModelSerializer):
    """A place of the ladder."""

    parent = serializers.CharField(source="parent_code", help_text="Code one level up; empty for the district.")

    class Meta:
        model = Area
        fields = ["code", "parent", "level", "name", "full_name", "demonstration"]


class AreaFilter(filters.FilterSet):
    """By level, and by the code of a containing area."""

    level = filters.ChoiceFilter(choices=Level.choices)
    under = filters.CharFilter(
        field_name="code", lookup_expr="startswith", help_text="Code of an area: it and all beneath."
    )


@extend_schema(tags=["ground"], responses={200: AreaRow(many=True), 400: Refusal, 401: Refusal})
class AreaList(JsonView, ListAPIView):
    """Areas the district runs, in code order. Codes are immutable: 6 digits district, 9 street, 12 community, 15 grid."""

    permission_classes = [IsAuthenticated]
    serializer_class = AreaRow
    filterset_class = AreaFilter
    pagination_class = CursorPages
    page_order = ("code",)
    queryset = Area.objects.in_service()
