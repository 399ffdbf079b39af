"""Cases in the API: the same scope, abilities, forms and verbs as the pages."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from cases import acts
from cases import assignment_acts as of
from cases import services as cases
from cases.assignment_roles import is_theirs, open_assignment_actions
from cases.filters import CaseFilter
from cases.models import Assignment, Case, Category, Event
from cases.roles import OWN_STEPS, ends_elsewhere, knows_reporter, may_decide, open_actions
from cases.serializers import (
    ActionAsks,
    ActionRequest,
    ActionResult,
    AssignmentActionRequest,
    AssignmentResult,
    CaseDetail,
    CaseRow,
    CategoryRow,
    DecisionRequest,
    EventRow,
    Registration,
)
from cases.states import Action
from common.api import CursorPages, JsonView, Refusal, Refused
from common.errors import DomainError, StalePage
from common.receipts import is_receipt
from grids.api import able
from grids.permissions import Ability

_READ = {401: Refusal, 403: Refusal, 404: Refusal}
_WRITE = {400: Refusal, **_READ, 409: Refusal}


class CaseView(JsonView):
    """Base of what concerns one case: found by number within the asking person's scope."""

    permission_classes = [able(Ability.HANDLE)]

    def case(self) -> Case:
        """The case of the address; Http404 where it is not there or not theirs."""
        if not is_receipt(self.kwargs["number"]):
            raise Http404
        found = Case.objects.visible_to(self.request.user).for_page()
        return get_object_or_404(found, number=self.kwargs["number"])


def detail(case: Case, request: Request) -> dict:
    """A case as its own address shows it to the asking person."""
    offered = [action for action in open_actions(case, request.user) if action in acts.ACTS]
    actions = [
        {"action": action, "label": act.label, "explains": act.explains}
        for action in offered
        for act in [acts.act_for(case, action, request.user)]
    ]
    return CaseDetail(
        case,
        context={
            "actions": actions,
            "known": knows_reporter(case, request.user),
            "of_assignments": partial(_of_assignment, user=request.user),
        },
    ).data


def _of_assignment(assignment: Assignment, *, user) -> list[dict]:
    """The actions the user may take on an assignment now, with their names."""
    found = [(action, of.act_of(assignment, action)) for action in open_assignment_actions(assignment, user)]
    return [{"action": action, "label": act.label, "explains": act.explains} for action, act in found]


class CaseList(JsonView, ListAPIView):
    """The cases of the asking person's areas and units."""

    serializer_class = CaseRow
    filter_backends = [DjangoFilterBackend]
    filterset_class = CaseFilter
    pagination_class = CursorPages
    page_order = ("-created_at", "-id")
    queryset = Case.objects.none()

    def get_permissions(self) -> list:
        """Registering is an ability of its own."""
        needed = Ability.REGISTER if self.request.method == "POST" else Ability.HANDLE
        return [able(needed)()]

    def get_queryset(self):
        """What the person may see."""
        return Case.objects.visible_to(self.request.user).for_list()

    @extend_schema(
        operation_id="cases_list", tags=["cases"], responses={200: CaseRow(many=True), 400: Refusal, **_READ}
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cases, the latest registered first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="cases_register",
        tags=["cases"],
        request=Registration,
        responses={201: CaseDetail, 200: CaseDetail, **_WRITE},
    )
    def post(self, request: Request) -> Response:
        """Register a request: 201 with the new case, 200 with the earlier one where this `submission` came before."""
        sent = Registration(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        wanted = sent.request()
        again = cases.find_report(wanted) is not None
        report = cases.register(wanted, by=request.user)
        case = get_object_or_404(Case.objects.visible_to(request.user).for_page(), pk=report.case_id)
        return Response(detail(case, request), status=status.HTTP_200_OK if again else status.HTTP_201_CREATED)


class CaseItem(CaseView):
    """One case."""

    @extend_schema(operation_id="cases_retrieve", tags=["cases"], responses={200: CaseDetail, **_READ})
    def get(self, request: Request, number: str) -> Response:
        """The case with its reporters (masked), requests and the actions open to the asking person."""
        return Response(detail(self.case(), request))


class EventList(CaseView, ListAPIView):
    """What happened to a case, latest first."""

    serializer_class = EventRow
    pagination_class = CursorPages
    filter_backends = []
    page_order = ("-number",)
    queryset = Event.objects.none()

    def get_queryset(self):
        """Events of the case of the address."""
        return Event.objects.filter(case=self.case()).select_related("by", "unit")

    @extend_schema(
        operation_id="cases_events", tags=["cases"], responses={200: EventRow(many=True), 400: Refusal, **_READ}
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Everything that happened to the case, latest first."""
        return self.list(request, *args, **kwargs)


@extend_schema(
    tags=["cases"],
    parameters=[OpenApiParameter("action", str, OpenApiParameter.PATH, enum=[str(action) for action in acts.ACTS])],
)
class CaseAction(CaseView):
    """One action on one case."""

    def handle_exception(self, exc: Exception) -> Response:
        """A stale page's refusal also lists what happened since."""
        answer = super().handle_exception(exc)
        if isinstance(exc, StalePage):
            since = Event.objects.newest_first().filter(case=self.held, number__gt=self.seen)
            answer.data["meanwhile"] = EventRow(since, many=True).data
        return answer

    @extend_schema(operation_id="cases_action_asks", responses={200: ActionAsks, **_READ})
    def get(self, request: Request, number: str, action: str) -> Response:
        """What the action asks for, with the values that may be chosen."""
        case, chosen = self.case(), _known(action)
        _refuse_closed(case, chosen, None, request.user)
        form = acts.form_for(case, chosen, request.user)
        asks = {"action": chosen, "label": acts.ACTS[chosen].label, "asks": _asked(form)}
        return Response(ActionAsks(asks).data)

    @extend_schema(operation_id="cases_act", request=ActionRequest, responses={200: ActionResult, **_WRITE})
    def post(self, request: Request, number: str, action: str) -> Response:
        """Take the action. 409 names what happened meanwhile where `seen` is no longer true."""
        self.held, chosen = self.case(), _known(action)
        sent = ActionRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        self.seen = sent.validated_data.get("seen")
        if ends_elsewhere(self.held, chosen):
            raise DomainError(OWN_STEPS.format(self.held.category.name))
        _refuse_closed(self.held, chosen, self.seen, request.user)
        asked = partial(acts.form_for, self.held, chosen, request.user)
        form = _bound(asked, chosen, sent.validated_data.get("values", {}))
        acts.perform(self.held, chosen, form, seen=self.seen, by=request.user)
        return Response(ActionResult(self.held).data)


@extend_schema(
    tags=["cases"],
    parameters=[OpenApiParameter("action", str, OpenApiParameter.PATH, enum=[str(action) for action in of.ACTS])],
)
class AssignmentAction(CaseView):
    """One action on what a unit or an area owes on a case."""

    def assignment(self) -> Assignment:
        """The assignment of the address; Http404 where the case or it is not there or not theirs."""
        rows = Assignment.objects.select_related("unit", "area", "case")
        return get_object_or_404(rows, pk=self.kwargs["pk"], case=self.case())

    def _action(self, found: Assignment, action: str) -> Action:
        if action not in of.ACTS:
            raise Http404
        if not is_theirs(Action(action), found, self.request.user):
            raise PermissionDenied
        return Action(action)

    @extend_schema(operation_id="cases_assignment_asks", responses={200: ActionAsks, **_READ})
    def get(self, request: Request, number: str, pk: int, action: str) -> Response:
        """What the action asks for, with the values that may be chosen."""
        found = self.assignment()
        chosen = self._action(found, action)
        form = of.form_for(found, chosen, request.user)
        asks = {"action": chosen, "label": of.act_of(found, chosen).label, "asks": _asked(form)}
        return Response(ActionAsks(asks).data)

    @extend_schema(
        operation_id="cases_assignment_act",
        request=AssignmentActionRequest,
        responses={200: AssignmentResult, **_WRITE},
    )
    def post(self, request: Request, number: str, pk: int, action: str) -> Response:
        """Take the action. 409 says how far the assignment is where the action does not fit any more."""
        found = self.assignment()
        chosen = self._action(found, action)
        sent = AssignmentActionRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = partial(of.form_for, found, chosen, request.user)
        form = _bound(asked, chosen, sent.validated_data.get("values", {}))
        of.perform(found, chosen, form, by=request.user)
        return Response(AssignmentResult(found).data)


class Decision(CaseView):
    """The answer to a request for 延期, 挂账, 不予受理 or 退回."""

    @extend_schema(
        operation_id="cases_decide", tags=["cases"], request=DecisionRequest, responses={200: ActionResult, **_WRITE}
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Agree or not; by the responsible head or the level above, never by who asked. 退回 by 区委办."""
        case = self.case()
        approval = get_object_or_404(case.approvals.select_related("case"), pk=pk)
        sent = DecisionRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        if not may_decide(approval, request.user):
            raise PermissionDenied
        cases.decide(approval, **sent.validated_data, by=request.user)
        case.refresh_from_db()
        return Response(ActionResult(case).data)


@extend_schema(tags=["ground"], responses={200: CategoryRow(many=True), 400: Refusal, 401: Refusal})
class CategoryList(JsonView, ListAPIView):
    """The categories in use, both levels."""

    permission_classes = [IsAuthenticated]
    serializer_class = CategoryRow
    filter_backends = []
    pagination_class = CursorPages
    page_order = ("order", "code")
    queryset = Category.objects.active().select_related("parent")


def _known(action: str) -> Action:
    """The action of this name that staff can take; Http404 where there is none."""
    if action not in acts.ACTS:
        raise Http404
    return Action(action)


def _refuse_closed(case: Case, action: Action, seen: int | None, user) -> None:
    """403 where the action is not open to the person; said as 409 where that is because something happened meanwhile."""
    if action in open_actions(case, user):
        return
    if seen is not None and seen != case.event_count:
        raise StalePage(cases.stale_words(case))
    raise PermissionDenied


def _bound(form_for: Callable[..., forms.Form], action: Action, values: dict[str, Any]) -> forms.Form:
    """The action's own form with what was sent, valid. Refused per field otherwise, unknown names included."""
    asked = form_for().fields
    fields = {name: ["这项操作没有这一项。"] for name in values if name not in asked}
    fields |= {name: ["请填一个值。"] for name, value in values.items() if not _fits(asked.get(name), value)}
    if fields:
        raise Refused(fields)
    typed = QueryDict(mutable=True)
    for name, value in values.items():
        several = value if isinstance(value, list) else [value]
        typed.setlist(f"{action}-{name}", [_as_typed(one) for one in several if one is not None])
    form = form_for(typed, {})
    if not form.is_valid():
        raise Refused({name: [str(text) for text in texts] for name, texts in form.errors.items()})
    return form


def _fits(field: forms.Field | None, value: Any) -> bool:
    """One value for each name; a list of single ones where several may be chosen."""
    if isinstance(value, list) and isinstance(field, forms.ModelMultipleChoiceField):
        return not any(isinstance(one, dict | list) for one in value)
    return not isinstance(value, dict | list)


def _as_typed(value: Any) -> str:
    """A JSON value as somebody would type it on the page: yes is 1, no is 0, and half a character is none."""
    text = str(int(value)) if isinstance(value, bool) else str(value)
    return text.encode(errors="ignore").decode()


def _asked(form: forms.Form) -> list[dict]:
    """The fields of a form that JSON can carry."""
    return [
        {
            "name": name,
            "label": field.label,
            "required": field.required,
            "help": field.help_text,
            "choices": _choices(field),
            "several": isinstance(field, forms.ModelMultipleChoiceField),
        }
        for name, field in form.fields.items()
        if not isinstance(field, forms.FileField)
    ]


def _choices(field: forms.Field) -> list[dict] | None:
    """Values a field takes; None where it is free."""
    if not isinstance(field, forms.ChoiceField):
        return None
    return [{"value": str(value), "label": str(label)} for value, label in field.choices if str(value)]
