"""How cases look in the API, and how a request must look to be registered. Personal values leave masked or not at all.

Codes come with their Chinese name (`status`, `status_name`). The person a complaint is about is never part of an answer.
"""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.assignments import State
from cases.models import Approval, Assignment, Case, Category, Event, Report
from cases.services import Request
from cases.states import Channel, Status
from common.normalise import clean_phone, clean_text
from grids.levels import Level, level_of
from grids.models import Area
from grids.scope import scope_of

MAX_TEXT = 4000


class CategoryRow(serializers.ModelSerializer):
    """A category one can choose."""

    parent = serializers.CharField(source="parent.code", default=None, help_text="Code of the upper category, or null.")
    default_class = serializers.CharField(help_text="`matter_class` a new case gets.")

    class Meta:
        model = Category
        fields = ["code", "name", "parent", "example", "default_class", "urgent"]


class CaseRow(serializers.ModelSerializer):
    """A case as lists show it."""

    category = serializers.CharField(source="category.code")
    category_name = serializers.CharField(source="category.name")
    channel_name = serializers.CharField(source="get_channel_display")
    status_name = serializers.CharField(source="get_status_display")
    level_name = serializers.CharField(source="get_level_display")
    area = serializers.CharField(source="area_id", help_text="Code of the area it belongs to now.")
    area_name = serializers.CharField(source="area.full_name")
    unit = serializers.CharField(
        source="handling_unit.code", default=None, help_text="Code of the unit it was handed to."
    )
    unit_name = serializers.CharField(source="handling_unit.name", default=None)
    assignee = serializers.CharField(source="assignee.called", default=None)
    due_state = serializers.SerializerMethodField(help_text="ok, soon (three quarters gone), over or done.")
    due_words = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            "number", "title", "subject", "category", "category_name", "channel", "channel_name", "status", "status_name",
            "level", "level_name", "area", "area_name", "unit", "unit_name", "assignee", "urgent", "matter_class",
            "created_at", "received_at", "due_at", "due_state", "due_words", "external_number",
        ]  # fmt: skip

    def get_due_state(self, case: Case) -> str:
        """The colour of the deadline."""
        return case.due_state[0]

    def get_due_words(self, case: Case) -> str:
        """What is left or over, in Chinese."""
        return case.due_state[1]


class ReportRow(serializers.ModelSerializer):
    """A reporter, masked; name and phone are null where the reporter asked that handlers do not see them.

    A utility is told neither, nor the receipt: `known` in the context says whether the reader may be.
    """

    receipt = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField(help_text="138****1234. The plain number is not part of the API.")

    class Meta:
        model = Report
        fields = [
            "receipt", "is_first", "channel", "name", "phone", "withheld", "text", "created_at", "withdrawn_at",
            "outcome", "satisfaction", "comment", "answered_at",
        ]  # fmt: skip

    def get_receipt(self, report: Report) -> str | None:
        """The reporter's number."""
        return report.receipt if self.context.get("known") else None

    def get_name(self, report: Report) -> str | None:
        """刘女士, or 刘*."""
        return None if self._hidden(report) else str(report.name or "")

    def get_phone(self, report: Report) -> str | None:
        """Masked number, or null."""
        return None if self._hidden(report) or not report.phone else str(report.phone)

    def _hidden(self, report: Report) -> bool:
        return report.withheld or not self.context.get("known")


class ApprovalRow(serializers.ModelSerializer):
    """A request for 延期, 挂账 or 不予受理 and what was decided."""

    kind_name = serializers.CharField(source="get_kind_display")
    asked_by = serializers.CharField(source="asked_by.called")
    decided_by = serializers.CharField(source="decided_by.called", default=None)

    class Meta:
        model = Approval
        fields = [
            "id", "kind", "kind_name", "days", "reason_class", "review_date", "reason", "asked_at", "asked_by",
            "decided_at", "decided_by", "agreed", "decision_note",
        ]  # fmt: skip


class OpenAction(serializers.Serializer):
    """An action the asking person may take now."""

    action = serializers.CharField()
    label = serializers.CharField()
    explains = serializers.CharField()


class AssignmentRow(serializers.ModelSerializer):
    """What a unit or an area owes on a case beside its holder."""

    kind_name = serializers.CharField(source="get_kind_display")
    state_name = serializers.CharField(source="get_state_display")
    unit = serializers.CharField(source="unit.code", default=None, help_text="Code of the unit that owes it, or null.")
    area = serializers.CharField(source="area_id", allow_null=True, help_text="Code of the area that owes it, or null.")
    whose = serializers.CharField(help_text="Name of the unit or area.")
    due_state = serializers.SerializerMethodField(help_text="ok, soon (three quarters gone), over or done.")
    due_words = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Assignment
        fields = [
            "id", "kind", "kind_name", "state", "state_name", "unit", "area", "whose", "what", "owner", "given_at", "sign_by",
            "due_at", "due_state", "due_words", "signed_at", "arrived_at", "reported_at", "report", "return_reason",
            "ended_reason", "actions",
        ]  # fmt: skip

    def get_due_state(self, assignment: Assignment) -> str:
        """The colour of the deadline."""
        return assignment.due_state[0]

    def get_due_words(self, assignment: Assignment) -> str:
        """What is left or over, in Chinese."""
        return assignment.due_state[1]

    @extend_schema_field(OpenAction(many=True))
    def get_actions(self, assignment: Assignment) -> list:
        """What the asking person may do to it now."""
        return OpenAction(self.context["of_assignments"](assignment), many=True).data


class CaseDetail(CaseRow):
    """A case with its reporters, requests and the actions open to the asking person."""

    seen = serializers.IntegerField(
        source="event_count", help_text="Send it with an action: 409 if something happened since."
    )
    merged_into = serializers.CharField(source="merged_into.number", default=None)
    reports = serializers.SerializerMethodField()
    approvals = serializers.SerializerMethodField()
    assignments = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(CaseRow.Meta):
        fields = [
            *CaseRow.Meta.fields, "text", "place", "origin_area", "basis", "signed_at", "external_due_at", "resolved_at",
            "accepted_at", "closed_at", "closed_level", "outcome", "satisfaction", "refusal_reason", "review_by",
            "review_at", "merged_into", "seen", "reports", "approvals", "assignments", "actions",
        ]  # fmt: skip

    @extend_schema_field(ReportRow(many=True))
    def get_reports(self, case: Case) -> list:
        """Everybody who reported it, first one first."""
        return ReportRow(case.reports.order_by("pk"), many=True, context=self.context).data

    @extend_schema_field(ApprovalRow(many=True))
    def get_approvals(self, case: Case) -> list:
        """Newest first."""
        found = case.approvals.select_related("asked_by", "decided_by").order_by("-pk")
        return ApprovalRow(found, many=True).data

    @extend_schema_field(AssignmentRow(many=True))
    def get_assignments(self, case: Case) -> list:
        """What others owe on the case, newest first."""
        found = list(case.assignments.select_related("unit", "area").order_by("-pk"))
        for row in found:
            row.case = case
        return AssignmentRow(found, many=True, context=self.context).data

    @extend_schema_field(OpenAction(many=True))
    def get_actions(self, case: Case) -> list:
        """As the view found them for the asking person."""
        return OpenAction(self.context["actions"], many=True).data


class EventRow(serializers.ModelSerializer):
    """One thing that happened. `note` is for staff, `public_text` is what residents read too."""

    action_name = serializers.CharField(source="get_action_display")
    from_status = serializers.CharField(help_text="As `status` of a case; empty for the first event.")
    to_status = serializers.CharField()
    from_level = serializers.IntegerField(help_text="As `level` of a case.", allow_null=True)
    to_level = serializers.IntegerField()
    by = serializers.SerializerMethodField(help_text="Title or name of the member of staff, 反映人, or 系统.")
    unit = serializers.CharField(source="unit.code", default=None)

    class Meta:
        model = Event
        fields = [
            "number", "at", "action", "action_name", "by", "from_status", "to_status", "from_level", "to_level", "unit",
            "due_at", "basis", "note", "public_text",
        ]  # fmt: skip

    def get_by(self, event: Event) -> str:
        """Who did it."""
        if event.by:
            return event.by.called
        return "反映人" if event.report_id else "系统"


class ActionChoice(serializers.Serializer):
    """One value a field takes, with its name."""

    value = serializers.CharField()
    label = serializers.CharField()


class ActionField(serializers.Serializer):
    """One thing an action asks for."""

    name = serializers.CharField()
    label = serializers.CharField(help_text="In Chinese.")
    required = serializers.BooleanField()
    help = serializers.CharField()
    choices = ActionChoice(many=True, allow_null=True, help_text="What may be chosen; null where the value is free.")
    several = serializers.BooleanField(help_text="A list of choices may be sent.")


class ActionAsks(serializers.Serializer):
    """What an action asks for."""

    action = serializers.CharField()
    label = serializers.CharField()
    asks = ActionField(many=True)


class ActionRequest(serializers.Serializer):
    """An action to be taken. Photos are added on the pages; the API takes JSON only."""

    seen = serializers.IntegerField(
        required=False, min_value=0, help_text="`seen` of the detail the decision was based on."
    )
    values = serializers.DictField(
        required=False, help_text="One value per name listed by GET on the same address; a list where `several`."
    )


class AssignmentActionRequest(serializers.Serializer):
    """An action on an assignment. Photos are added on the pages; the API takes JSON only."""

    values = serializers.DictField(required=False, help_text="One value per name listed by GET on the same address.")


class AssignmentResult(serializers.Serializer):
    """Where the assignment stands after the action."""

    id = serializers.IntegerField()
    number = serializers.CharField(source="case.number", help_text="Number of the case.")
    state = serializers.ChoiceField(choices=State.choices)
    state_name = serializers.CharField(source="get_state_display")


class ActionResult(serializers.Serializer):
    """Where the case stands after the action."""

    number = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    status_name = serializers.CharField(source="get_status_display")
    level = serializers.ChoiceField(choices=Level.choices)
    level_name = serializers.CharField(source="get_level_display")
    seen = serializers.IntegerField(source="event_count")


class Cleaned(serializers.CharField):
    """A text without control and bidi characters, counted after cleaning."""

    def to_internal_value(self, data) -> str:
        """NFC text; lines are kept where the field is long."""
        text = clean_text(super().to_internal_value(data))
        if not text and not self.allow_blank:
            self.fail("blank")
        return text


class DecisionRequest(serializers.Serializer):
    """An answer to a request for 延期, 挂账 or 不予受理."""

    seen = serializers.IntegerField(required=False, min_value=0)
    agreed = serializers.BooleanField()
    note = Cleaned(required=False, allow_blank=True, max_length=500, help_text="Needed where not agreed.")


class Registration(serializers.Serializer):
    """A request to be registered. The same `submission` a second time gives the case of the first."""

    submission = serializers.UUIDField(help_text="Made by the sender, one per request; makes sending again harmless.")
    category = serializers.SlugRelatedField(slug_field="code", queryset=Category.objects.active())
    area = serializers.CharField(
        max_length=15, help_text="Code of a grid, or of a community where the grid is not known."
    )
    text = Cleaned(max_length=MAX_TEXT)
    subject = Cleaned(max_length=120, required=False, allow_blank=True)
    place = Cleaned(max_length=120, required=False, allow_blank=True)
    name = Cleaned(max_length=30, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True, help_text="Mainland mobile number.")
    withheld = serializers.BooleanField(default=False, help_text="Handlers do not see name and phone.")
    wants_sms = serializers.BooleanField(default=False)
    under_14 = serializers.BooleanField(default=False)
    guardian_consents = serializers.BooleanField(default=False)
    urgent = serializers.BooleanField(default=False)
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.API, help_text="Any but web.")
    said_at = serializers.DateTimeField(required=False, help_text="When the resident said it, if earlier.")
    external_number = Cleaned(
        max_length=40, required=False, allow_blank=True, help_text="Number of a 12345 work order."
    )
    external_due_at = serializers.DateTimeField(required=False, help_text="No extension of ours passes it.")

    def validate_area(self, code: str) -> Area:
        """A grid or community in service within the sender's scope; one answer for unknown and out of scope."""
        found = Area.objects.in_service().filter(code=code).first()
        if found is None or not scope_of(self.context["request"].user).covers(code):
            raise serializers.ValidationError("没有这个区域，或者不在您的范围内。")
        if level_of(code) > Level.COMMUNITY:
            raise serializers.ValidationError("请填社区或网格的代码。")
        return found

    def validate_channel(self, channel: str) -> str:
        """How the request reached the sender; the web form is the portal's own."""
        if channel == Channel.WEB:
            raise serializers.ValidationError("“网上反映”只用于本系统的网页。")
        return channel

    def validate_phone(self, phone: str) -> str:
        """Eleven digits."""
        try:
            return clean_phone(phone) if phone else ""
        except ValueError as refusal:
            raise serializers.ValidationError(str(refusal)) from None

    def validate_said_at(self, moment):
        """Nobody speaks in the future."""
        if moment > timezone.now():
            raise serializers.ValidationError("反映时间不能晚于现在。")
        return moment

    def validate(self, attrs: dict) -> dict:
        """Children speak with a guardian; text messages need a number."""
        if attrs["under_14"] and not attrs["guardian_consents"]:
            raise serializers.ValidationError({"guardian_consents": "反映人不满14周岁，请由监护人同意。"})
        if attrs["wants_sms"] and not attrs.get("phone"):
            raise serializers.ValidationError({"phone": "要短信告知，请填写手机号。"})
        return attrs

    def request(self) -> Request:
        """What the intake takes, once valid."""
        return Request(**self.validated_data)
