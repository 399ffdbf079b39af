"""Micro-wishes in the API: the scope and the verbs of the pages; nobody's name, door or phone in plain."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.serializers import Cleaned
from cases.states import Channel
from common.api import CursorPages, JsonView, Refusal
from common.normalise import clean_phone
from common.receipts import is_receipt
from common.sensitive import mask_numbers
from grids.api import able
from grids.levels import Level, level_of
from grids.models import Area
from grids.permissions import Ability
from grids.scope import scope_of
from wishes import services as wishes
from wishes.models import Wish, WishEvent
from wishes.states import ForWhom, Kind, Status

_READ = {401: Refusal, 403: Refusal, 404: Refusal}
MAX_TEXT = 1000


class Unnumbered(serializers.CharField):
    """Words with the mobile and identity numbers in them masked."""

    def to_representation(self, value: str) -> str:
        """138****1234 for every number somebody wrote into the words."""
        return mask_numbers(value)


class WishRow(serializers.ModelSerializer):
    """A wish as lists show it."""

    area = serializers.CharField(source="area_id", help_text="Code of a grid or community.")
    area_name = serializers.CharField(source="area.full_name")
    kind_name = serializers.CharField(source="kind_label")
    status_name = serializers.CharField(source="status_label", help_text="Of a wish that became a case: the case's.")

    class Meta:
        model = Wish
        fields = [
            "number", "kind", "kind_name", "title", "public_text", "area", "area_name", "status", "status_name", "level",
            "channel", "review_by", "created_at", "published_at", "fulfilled_at",
        ]  # fmt: skip


class WishEventRow(serializers.ModelSerializer):
    """One thing that happened."""

    action_name = serializers.CharField(source="get_action_display")
    by = serializers.CharField(default=None, help_text="How the person is called; null for residents and the portal.")
    note = Unnumbered(help_text="Among staff and claimers; numbers somebody wrote into it are masked.")
    public_text = Unnumbered()

    class Meta:
        model = WishEvent
        fields = ["number", "at", "action", "action_name", "by", "from_status", "to_status", "note", "public_text"]


class WishDetail(WishRow):
    """A wish with its masked wisher and its history."""

    text = Unnumbered(help_text="The wisher's own words.")
    name = serializers.CharField(help_text="Masked: 刘*.")
    place = serializers.CharField(help_text="Masked to the building.")
    phone = serializers.CharField(default=None, help_text="138****1234, or null. The plain number is not in the API.")
    case = serializers.CharField(source="case.number", default=None, help_text="Number of the case it became.")
    events = serializers.SerializerMethodField()

    class Meta(WishRow.Meta):
        fields = [
            *WishRow.Meta.fields, "for_whom", "text", "price", "effort", "care_label", "joint", "name", "place", "phone",
            "case", "events",
        ]  # fmt: skip

    def get_events(self, wish: Wish) -> list[dict]:
        """What happened, latest first."""
        return WishEventRow(wish.events.newest_first(), many=True).data


class WishRegistration(serializers.Serializer):
    """A wish taken in for somebody. The same `submission` a second time gives the first wish."""

    submission = serializers.UUIDField(help_text="Made by the sender, one per wish; makes sending again harmless.")
    kind = serializers.ChoiceField(choices=Kind.choices)
    for_whom = serializers.ChoiceField(choices=ForWhom.choices, default=ForWhom.SELF)
    guardian_consents = serializers.BooleanField(default=False, help_text="Needed for a child's wish.")
    area = serializers.CharField(max_length=15, help_text="Code of a grid, or of a community where it is not known.")
    text = Cleaned(max_length=MAX_TEXT)
    place = Cleaned(max_length=120, required=False, allow_blank=True)
    name = Cleaned(max_length=30, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, help_text="Mainland mobile number.")
    wants_sms = serializers.BooleanField(default=False)
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.API, help_text="Any but web.")

    def validate_channel(self, channel: str) -> str:
        """How the wish reached the sender; the web form is the portal's own."""
        if channel == Channel.WEB:
            raise serializers.ValidationError("“网上反映”只用于本系统的网页。")
        return channel

    def validate_area(self, code: str) -> Area:
        """A grid or community in service within the sender's scope; one answer for unknown and out of scope."""
        found = Area.objects.in_service().filter(code=code).first()
        if found is None or not scope_of(self.context["request"].user).covers(code):
            raise serializers.ValidationError("没有这个区域，或者不在您的范围内。")
        if level_of(code) > Level.COMMUNITY:
            raise serializers.ValidationError("请填社区或网格的代码。")
        return found

    def validate_phone(self, phone: str) -> str:
        """Eleven digits."""
        try:
            return clean_phone(phone)
        except ValueError as refusal:
            raise serializers.ValidationError(str(refusal)) from None

    def asked(self) -> wishes.Asked:
        """What the intake takes, once valid."""
        return wishes.Asked(**self.validated_data)


class WishFilter(filters.FilterSet):
    """By place, kind and state."""

    under = filters.CharFilter(
        field_name="area__code", lookup_expr="startswith", help_text="Code of an area: it and all beneath."
    )
    status = filters.ChoiceFilter(choices=Status.choices)

    class Meta:
        model = Wish
        fields = ["kind", "status"]


class WishList(JsonView, ListAPIView):
    """The wishes of the asking person's areas."""

    serializer_class = WishRow
    filterset_class = WishFilter
    pagination_class = CursorPages
    page_order = ("-created_at", "-id")
    queryset = Wish.objects.none()

    def get_permissions(self) -> list:
        """Registering is an ability of its own."""
        return [able(Ability.REGISTER if self.request.method == "POST" else Ability.HANDLE)()]

    def get_queryset(self):
        """What the person may see."""
        return Wish.objects.visible_to(self.request.user).for_list()

    @extend_schema(
        operation_id="wishes_list", tags=["wishes"], responses={200: WishRow(many=True), 400: Refusal, **_READ}
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Wishes, the latest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="wishes_register",
        tags=["wishes"],
        request=WishRegistration,
        responses={201: WishDetail, 200: WishDetail, 400: Refusal, **_READ, 409: Refusal},
    )
    def post(self, request: Request) -> Response:
        """Take a wish in: 201 with the new one, 200 with the earlier one where this `submission` came before."""
        sent = WishRegistration(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        asked = sent.asked()
        again = wishes.find_wish(asked) is not None
        taken = wishes.submit(asked, by=request.user)
        wish = get_object_or_404(Wish.objects.visible_to(request.user).for_list(), pk=taken.pk)
        return Response(WishDetail(wish).data, status=status.HTTP_200_OK if again else status.HTTP_201_CREATED)


class WishItem(JsonView):
    """One wish."""

    permission_classes = [able(Ability.HANDLE)]

    @extend_schema(operation_id="wishes_retrieve", tags=["wishes"], responses={200: WishDetail, **_READ})
    def get(self, request: Request, number: str) -> Response:
        """The wish with its masked wisher and its history."""
        if not is_receipt(number):
            raise Http404
        found = Wish.objects.visible_to(request.user).select_related("area", "case")
        return Response(WishDetail(get_object_or_404(found, number=number)).data)
