"""The ground in the API, and the guard other apps' API views use."""

from django.db.models import Q
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission, IsAuthenticated

from common.api import CursorPages, JsonView, Refusal
from grids.levels import Level
from grids.models import Area, Compound
from grids.permissions import READS_GROUND, Ability, abilities_of


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


class CompoundRow(serializers.ModelSerializer):
    """A compound: where residents say they live."""

    area = serializers.CharField(
        source="area_id", help_text="Code of its grid, or of its community where several share it."
    )

    class Meta:
        model = Compound
        fields = ["id", "area", "name", "aliases", "kind", "setting", "address", "management", "is_old", "year_built"]


class CompoundFilter(filters.FilterSet):
    """By containing area, kind and management, and by part of a name, alias or road."""

    under = filters.CharFilter(field_name="area__code", lookup_expr="startswith", help_text="Code of an area.")
    kind = filters.ChoiceFilter(choices=Compound.Kind.choices)
    management = filters.ChoiceFilter(choices=Compound.Management.choices)
    q = filters.CharFilter(method="called", help_text="Part of the name, an alias or the address.")

    def called(self, rows, name, typed):
        """Compounds people mean by `typed`."""
        return rows.filter(Q(name__icontains=typed) | Q(aliases__icontains=typed) | Q(address__icontains=typed))


@extend_schema(tags=["ground"], responses={200: CompoundRow(many=True), 400: Refusal, 401: Refusal, 403: Refusal})
class CompoundList(JsonView, ListAPIView):
    """Compounds in use on the caller's own ground, by number."""

    permission_classes = [able(*READS_GROUND)]
    serializer_class = CompoundRow
    filterset_class = CompoundFilter
    pagination_class = CursorPages
    page_order = ("id",)

    def get_queryset(self):
        """Those of the caller."""
        return Compound.objects.visible_to(self.request.user).in_use()
