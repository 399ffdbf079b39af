"""The boards' figures of a rehearsal, counted directly from the cases: what the dashboards must agree with."""

from datetime import datetime

from django.db.models import Aggregate, Count, F, FloatField, Q, Sum

from cases.models import Approval, Assignment, Case, Event, Report
from cases.states import Action, Alarm, ClosingLevel, Outcome, Satisfaction, Status
from workdays.rules import DEFAULT_HOURS

_DAY = DEFAULT_HOURS.length / 60_000_000  # working minutes of a day
_LEVELS = {"网格": "minutes_grid", "社区": "minutes_community", "街道": "minutes_street", "区": "minutes_district"}


class Percentile(Aggregate):
    """`percentile_cont` of a column."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


Rows = list[tuple[str, str]]


def _share(part: int | float | None, whole: int | None) -> str:
    return f"{100 * (part or 0) / whole:.1f}% (n={whole})" if whole else "–"


def figures(at: datetime) -> Rows:
    """Every figure with its n, as rows of name and value, as of `at`."""
    return [*_volume(at), *_quality(), *_levels(), *_times(), *_course()]


def _volume(at: datetime) -> Rows:
    cases = Case.objects
    counted = {row["status"]: row["n"] for row in cases.values("status").annotate(n=Count("pk")).order_by()}
    return [
        ("received", str(cases.count())),
        ("reports", str(Report.objects.count())),
        *((f"{status.label}", str(counted.get(status, 0))) for status in Status),
        ("open", str(cases.open().count())),
        ("overdue", _share(cases.overdue(at).count(), cases.open().count())),
        ("due soon", str(cases.due_soon(at).count())),
    ]


def _quality() -> Rows:
    cases = Case.objects.aggregate(
        all=Count("pk"),
        in_time=Count("pk", filter=Q(first_signed_at__lte=F("first_sign_by"))),
        signs=Sum("signs"),
        late=Sum("late_signs"),
        answered=Count("pk", filter=Q(answered_in_time__isnull=False)),
        punctual=Count("pk", filter=Q(answered_in_time=True)),
        said=Count("pk", filter=~Q(outcome="")),
        solved=Count("pk", filter=Q(outcome=Outcome.SOLVED)),
        partly=Count("pk", filter=Q(outcome=Outcome.PARTLY)),
        rated=Count("pk", filter=~Q(satisfaction="")),
        content=Count("pk", filter=Q(satisfaction__in=[Satisfaction.SATISFIED, Satisfaction.FAIRLY])),
    )
    signs = cases["signs"] or 0
    return [
        ("响应率 first holder signed in time", _share(cases["in_time"], cases["all"])),
        ("按期签收率", _share(signs - (cases["late"] or 0), signs)),
        ("按期办结率", _share(cases["punctual"], cases["answered"])),
        ("解决率 部分解决 counts half", _share(cases["solved"] + cases["partly"] / 2, cases["said"])),
        ("满意率 满意和基本满意", _share(cases["content"], cases["rated"])),
    ]


def _levels() -> Rows:
    closed = Case.objects.filter(status=Status.CLOSED)
    by_level = {
        row["closed_level"]: row["n"] for row in closed.values("closed_level").annotate(n=Count("pk")).order_by()
    }
    total = sum(by_level.values())
    return [(f"solved at {level.label}", _share(by_level.get(level, 0), total)) for level in ClosingLevel]


def _times() -> Rows:
    closed = Case.objects.filter(status=Status.CLOSED)
    columns = {"total": "minutes_total", **_LEVELS}
    rows = []
    for name, column in columns.items():
        found = closed.filter(**{f"{column}__isnull": False}).aggregate(
            n=Count("pk"), median=Percentile(column, share=0.5), last=Percentile(column, share=0.9)
        )
        words = f"median {found['median'] / _DAY:.2f}, p90 {found['last'] / _DAY:.2f}" if found["n"] else "–"
        rows.append((f"working days, {name}", f"{words} (n={found['n']})"))
    return rows


def _course() -> Rows:
    events, cases = Event.objects, Case.objects
    by_kind = {row["kind"]: row["n"] for row in Approval.objects.values("kind").annotate(n=Count("pk")).order_by()}
    owed = Assignment.objects
    return [
        ("climbs by time", str(events.filter(alarm=Alarm.CLIMB).count())),
        ("raised by hand", str(events.filter(action=Action.ESCALATE).count())),
        ("at the end in the district", str(events.filter(alarm=Alarm.EXHAUST).count())),
        ("handed out", str(events.filter(action=Action.HAND_OUT).count())),
        ("units asked to help", f"{owed.count()}, late {owed.filter(late_at__isnull=False).count()}"),
        ("sent back", str(events.filter(action=Action.RETURN).count())),
        ("extended", f"{events.filter(action=Action.EXTEND).count()} of {by_kind.get('extend', 0)} asked"),
        ("挂账", f"{events.filter(action=Action.SUSPEND).count()} of {by_kind.get('suspend', 0)} asked"),
        ("disputes", str(events.filter(action=Action.DISPUTE).count())),
        ("reopened", str(cases.filter(reopenings__gt=0).count())),
        ("events", str(events.count())),
    ]
