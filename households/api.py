"""Households in the API, read only and masked: no plain name, number or care tag of anybody who may not see it."""

from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import CursorPages, JsonView, Refusal
from grids.api import able
from grids.permissions import Ability
from households.models import CareTag, Household, Resident

_READ = {401: Refusal, 403: Refusal, 404: Refusal}


class HouseholdRow(serializers.ModelSerializer):
    """A household as lists show it."""

    area = serializers.CharField(source="area_id", help_text="Code of its grid.")
    area_name = serializers.CharField(source="area.full_name")
    compound = serializers.IntegerField(source="compound_id")
    compound_name = serializers.CharField(source="compound.name")
    kind_name = serializers.CharField(source="get_kind_display")
    state_name = serializers.CharField(source="get_state_display")
    head = serializers.CharField(source="head_name", help_text="Masked: 刘*.")

    class Meta:
        model = Household
        fields = [
            "id", "area", "area_name", "compound", "compound_name", "building_no", "unit_no", "room", "door_name",
            "kind", "kind_name", "state", "state_name", "size", "head", "updated_at",
        ]  # fmt: skip


class ResidentRow(serializers.ModelSerializer):
    """One of the people of a household."""

    name = serializers.CharField(help_text="Masked: 刘*.")
    phone = serializers.CharField(
        default=None, help_text="138****1234, or null. The plain number is not part of the API."
    )
    relation_name = serializers.CharField(source="get_relation_display")

    class Meta:
        model = Resident
        fields = ["id", "name", "called", "relation", "relation_name", "sex", "birth_year", "phone", "note"]


class TagRow(serializers.ModelSerializer):
    """A current care tag."""

    code = serializers.CharField(source="kind.code")
    name = serializers.CharField(source="kind.name")

    class Meta:
        model = CareTag
        fields = ["code", "name", "reason", "review_date", "resident"]


class HouseholdDetail(HouseholdRow):
    """A household with its people and, for those who see them, its care tags."""

    residents = serializers.SerializerMethodField()
    care_tags = serializers.SerializerMethodField(
        help_text="Empty where there are none, and for who does not see care tags: the two cannot be told apart."
    )

    class Meta(HouseholdRow.Meta):
        fields = [*HouseholdRow.Meta.fields, "residents", "care_tags"]

    @extend_schema_field(ResidentRow(many=True))
    def get_residents(self, household: Household) -> list[dict]:
        """Who lives there now."""
        return ResidentRow(household.residents.filter(left_date__isnull=True).order_by("pk"), many=True).data

    @extend_schema_field(TagRow(many=True))
    def get_care_tags(self, household: Household) -> list[dict]:
        """What the asking person sees."""
        tags = CareTag.objects.visible_to(self.context["request"].user).current().filter(household=household)
        return TagRow(tags.select_related("kind").order_by("kind__order", "pk"), many=True).data


class HouseholdFilter(filters.FilterSet):
    """By place, kind and state."""

    under = filters.CharFilter(
        field_name="area__code", lookup_expr="startswith", help_text="Code of an area: it and all beneath."
    )

    class Meta:
        model = Household
        fields = ["compound", "kind", "state"]


@extend_schema_view(
    get=extend_schema(
        operation_id="households_list",
        tags=["households"],
        responses={200: HouseholdRow(many=True), 400: Refusal, 401: Refusal, 403: Refusal},
    )
)
class HouseholdList(JsonView, ListAPIView):
    """The households of the asking person's areas, by number."""

    permission_classes = [able(Ability.HOUSEHOLDS)]
    serializer_class = HouseholdRow
    filterset_class = HouseholdFilter
    pagination_class = CursorPages
    page_order = ("id",)
    queryset = Household.objects.none()

    def get_queryset(self):
        """What the person may see."""
        rows = Household.objects.visible_to(self.request.user).select_related("area", "compound")
        return rows.defer("contact_phone", "search")


class HouseholdItem(JsonView):
    """One household."""

    permission_classes = [able(Ability.HOUSEHOLDS)]

    @extend_schema(operation_id="households_retrieve", tags=["households"], responses={200: HouseholdDetail, **_READ})
    def get(self, request: Request, pk: int) -> Response:
        """The household with its people, masked."""
        rows = Household.objects.visible_to(request.user).select_related("area", "compound")
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return Response(HouseholdDetail(found, context={"request": request}).data)
