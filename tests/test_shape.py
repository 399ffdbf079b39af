"""The code's own shape: what docs/architecture.md and docs/conventions.md promise, held against the source itself."""

import ast
import inspect
import re
from io import StringIO
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models

from cases import sql
from cases.management.commands.docs_diagram import ALARMS
from cases.models import Event
from cases.states import Action, Alarm, Status
from common.fields import EncryptedField, SensitiveCharField

ROOT = Path(settings.BASE_DIR)
# Highest first; apps on one line stand beside each other and may not see each other.
LAYERS = [
    {"weidu_portal"},
    {"public", "desk", "dashboards"},
    {"visits"},
    {"supervision", "mediation", "consultations", "agency", "wishes"},
    {"cases"},
    {"households"},
    {"grids"},
    {"notifications", "files", "jobs"},
    {"accounts"},
    {"workdays"},
    {"audit"},
    {"common"},
]
OURS = set().union(*LAYERS)
RANK = {app: rank for rank, layer in enumerate(LAYERS) for app in layer}
# (at, by) where the pair is held otherwise than by a constraint over both columns, and why.
PAIRS_HELD_OTHERWISE = {
    ("accounts.ApiKey", "created"): "set together when the row is inserted; the portal itself may be the issuer",
    ("accounts.ApiKey", "revoked"): "constraint allows a time without a person: the portal itself may revoke",
    ("cases.Approval", "asked"): "both are required columns",
    ("cases.Approval", "decided"): "one conditional update sets both; the two-people constraint reads the person",
    ("cases.Bundle", "opened"): "both are required columns",
    ("cases.BundledCase", "added"): "both are required columns",
    ("cases.BundledCase", "removed"): "constraint allows a time without a person: a resident takes the case back",
    ("cases.Case", "created"): "set together when the row is inserted; residents have no account",
    ("cases.Assignment", "given"): "set together when the row is inserted; the portal itself may hand out",
    ("cases.Coordination", "noted"): "both are required columns",
    ("cases.Draft", "drafted"): "both are required columns",
    (
        "cases.Draft",
        "decided",
    ): "withdrawn or overtaken, it is over and nobody decided; the two-people constraint reads the person",
    ("cases.Publication", "released"): "both are required columns",
    ("cases.Whistle", "called"): "both are required columns",
    ("cases.CallBack", "done"): "residents who answer on the web have no account",
    ("cases.Report", "created"): "set together when the row is inserted; residents have no account",
    ("consultations.Consultation", "created"): "both are required columns",
    ("consultations.ConsultationCase", "linked"): "both are required columns",
    ("consultations.Line", "first"): "both are required columns",
    ("consultations.MoneySheet", "published"): "both are required columns",
    ("consultations.Notice", "told"): "both are required columns",
    ("consultations.Objection", "noted"): "both are required columns",
    ("consultations.Review", "said"): "residents who answer by the link have no account",
    ("dashboards.ReportTemplate", "uploaded"): "both are required columns",
    ("files.Photo", "created"): "set together when the row is inserted; residents have no account",
    ("grids.Handover", "ordered"): "both are required columns",
    ("grids.Inspection", "noted"): "both are required columns",
    ("grids.OwnersBodyStep", "noted"): "both are required columns",
    ("grids.Selection", "opened"): "both are required columns",
    ("households.CareTag", "set"): "set together when the row is inserted; a sheet loaded by the portal has nobody",
    ("households.PairingDeed", "noted"): "both are required columns",
    ("jobs.Job", "created"): "set together when the row is inserted",
    ("mediation.Agreement", "written"): "both are required columns",
    ("mediation.Dispute", "created"): "both are required columns",
    ("mediation.HandOver", "handed"): "both are required columns",
    ("mediation.LegalService", "given"): "both are required columns",
    ("mediation.Mediator", "assigned"): "both are required columns",
    ("mediation.Record", "written"): "both are required columns",
    ("mediation.Scan", "added"): "both are required columns",
    ("mediation.ServiceDay", "planned"): "both are required columns",
    ("supervision.AgendaItem", "added"): "both are required columns",
    ("supervision.HandOut", "handed"): "both are required columns",
    ("supervision.Ledger", "opened"): "both are required columns",
    ("supervision.LedgerEntry", "noted"): "set together when the row is inserted; the portal itself may note",
    ("supervision.LedgerItem", "listed"): "both are required columns",
    ("supervision.Meeting", "planned"): "both are required columns",
    ("supervision.Order", "issued"): "the portal itself may urge; a state that is issued says when",
    ("supervision.Review", "saved"): "both are required columns",
    ("visits.Campaign", "created"): "set together when the row is inserted; demonstration data has nobody",
    ("visits.VisitVersion", "replaced"): "both are required columns",
    ("wishes.Invitation", "created"): "both are required columns",
    ("wishes.Wish", "created"): "set together when the row is inserted; residents have no account",
}
# Columns that hold somebody's phone, name or ID number. Staff's names and office numbers are public.
PERSONAL = re.compile(r"^(phone|mobile|name|id_number|id_card|address|place)$")
PERSONAL_MODELS = re.compile(r"Report|RightsRequest|Resident|Household|Person|User|Wish|Party|Dispute")
# Raw SQL: the sweep and its triggers; sealing the chain in one statement, under a lock; is the database there at all;
# COPY for sheets of 50,000 households.
RAW_SQL = {
    "cases/sql.py",
    "cases/services/sweeping.py",
    "dashboards/services/folding.py",
    "dashboards/services/reading.py",
    "audit/services.py",
    "common/copying.py",
    "weidu_portal/health.py",
}
# Action and alarm of the event a statement of the sweep writes.
EVENT_INSERT = re.compile(r"SELECT [^;]*?%\(now\)s, '(\w+)', '(\w+)'")


def sources(*, tests: bool = False) -> list[Path]:
    """Python files of our apps and of ops, without migrations; without tests unless asked for."""
    found = [path for app in sorted(OURS | {"ops"}) for path in (ROOT / app).rglob("*.py")]
    found = [path for path in found if "migrations" not in path.parts]
    return found if tests else [path for path in found if "tests" not in path.parts]


def named(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def our_models() -> list[type[models.Model]]:
    """Every model of ours."""
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


# --- layers and models


def test_every_app_has_its_layer():
    installed = {config.name for config in apps.get_app_configs() if "." not in config.name}
    assert installed & {path.name for path in ROOT.iterdir() if path.is_dir()} <= OURS


def test_foreign_keys_point_down_or_stay_within_the_app():
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model._meta.app_label in RANK
        if not may_know(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert upward == []


def may_know(app: str, other: str) -> bool:
    """True where models of `app` may name rows of `other`."""
    return app == other or RANK[other] > RANK[app]


def test_a_foreign_key_upwards_or_sideways_would_be_found():
    assert may_know("cases", "grids")
    assert not may_know("grids", "cases")
    assert not may_know("files", "jobs")


def test_every_by_has_its_at():
    lonely = [
        f"{model._meta.label}.{field.name}"
        for model, stem, field in who_columns()
        if not any(other.name == f"{stem}_at" for other in model._meta.get_fields())
    ]
    assert lonely == []


def test_at_and_by_are_held_together():
    loose = {
        (model._meta.label, stem) for model, stem, _ in who_columns() if not paired(model, f"{stem}_at", f"{stem}_by")
    }
    assert loose == set(PAIRS_HELD_OTHERWISE)


def who_columns() -> list[tuple[type[models.Model], str, models.Field]]:
    """(model, stem, column) of every column `<stem>_by` that names a person."""
    return [
        (model, field.name.removesuffix("_by"), field)
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.name.endswith("_by") and field.is_relation
    ]


def paired(model: type[models.Model], at: str, by: str) -> bool:
    """True where one check constraint says that both are set or neither."""
    wanted = {f"{column}__isnull={value}" for column in (at, by) for value in (True, False)}
    return any(
        wanted <= set(lookups(one.condition))
        for one in model._meta.constraints
        if isinstance(one, models.CheckConstraint)
    )


def lookups(condition) -> list[str]:
    """Every `lookup=value` of a condition."""
    if isinstance(condition, models.Q):
        return [text for child in condition.children for text in lookups(child)]
    return [f"{condition[0]}={condition[1]}"] if isinstance(condition, tuple) else []


def test_no_model_sorts_by_itself():
    assert [model._meta.label for model in our_models() if model._meta.ordering] == []


def test_every_constraint_and_index_has_a_name_of_ours():
    unnamed = [
        f"{model._meta.label}: {rule.name}"
        for model in our_models()
        for rule in [*model._meta.constraints, *model._meta.indexes]
        if not re.fullmatch(r"[a-z][a-z_0-9]+", rule.name) or re.search(r"_[0-9a-f]{6,}(_|$)", rule.name)
    ]
    assert unnamed == []


def test_columns_about_people_are_sensitive_values():
    open_ones = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        if PERSONAL_MODELS.search(model.__name__)
        for field in model._meta.concrete_fields
        if PERSONAL.match(field.name) and not isinstance(field, EncryptedField | SensitiveCharField)
    ]
    assert open_ones == []


def test_phones_and_id_numbers_are_encrypted_wherever_they_stand():
    plain = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.concrete_fields
        if re.search(r"^(phone|mobile|id_number)$", field.name) and not isinstance(field, EncryptedField)
    ]
    # The numbers of offices, centres and service points are meant to be called.
    assert plain == [
        "grids.Area.phone",
        "grids.Organization.phone",
        "grids.ServiceCentre.phone",
        "grids.ServicePoint.phone",
    ]


def test_no_save_is_overridden():
    assert [model._meta.label for model in our_models() if "save" in vars(model)] == []


# --- tasks


def test_every_beat_entry_names_a_registered_task():
    current_app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)


def test_tasks_take_no_arguments_and_every_one_is_on_the_timetable():
    current_app.loader.import_default_modules()
    own = {name: task for name, task in current_app.tasks.items() if name.partition(".")[0] in OURS}
    assert own
    assert [name for name, task in own.items() if inspect.signature(task.run).parameters] == []
    assert set(own) == {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


# --- templates


def templates() -> list[Path]:
    """Every template of ours."""
    found = [*(ROOT / "templates").rglob("*.html"), *(path for app in OURS for path in (ROOT / app).rglob("*.html"))]
    assert found
    return sorted(found)


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("an inline script", r"<script(?![^>]*\bsrc=)[^>]*>"),
        ("an inline style sheet", r"<style\b"),
        ("a style attribute", r"<[^>]*\sstyle\s*="),
        ("an event attribute", r"<[^>]*\son[a-z]+\s*="),
        ("a javascript address", r"javascript:"),
        ("htmx code in an attribute", r"\shx-(on\b|vals\s*=\s*['\"]js:)"),
        ("another host", r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}"),
    ],
)
def test_no_template_contains(what, pattern):
    found = re.compile(pattern, re.IGNORECASE)
    guilty = [f"{named(path)}: {hit[0][:60]}" for path in templates() for hit in found.finditer(markup(path))]
    assert guilty == [], f"{what} in a template"


def markup(path: Path) -> str:
    """A template's text without comments; the name of the SVG language is no address."""
    text = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return text.replace("http://www.w3.org/2000/svg", "")


# --- sources


def test_no_module_is_longer_than_400_lines():
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources(tests=True)}
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_no_module_is_called_utils_or_helpers():
    assert [
        named(path) for path in sources(tests=True) if path.stem in {"utils", "helpers", "misc", "common_utils"}
    ] == []


def test_nothing_is_left_to_do():
    note = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [named(path) for path in sources(tests=True) if note.search(path.read_text(encoding="utf-8"))] == []


def test_the_status_of_cases_wishes_claims_and_disputes_is_set_by_their_services_only():
    setting = re.compile(r"\b\w*(case|held|locked|merged|wish|claim|dispute)\w*\.status\s*=[^=]")
    allowed = ("cases/services/", "consultations/services/", "wishes/services/", "mediation/services/")
    guilty = [
        named(path)
        for path in sources()
        if setting.search(path.read_text(encoding="utf-8")) and not named(path).startswith(allowed)
    ]
    assert guilty == []


@pytest.mark.parametrize("model", ["Case", "Wish", "Claim", "Dispute"])
def test_a_status_is_not_updated_behind_the_services(model):
    guilty = [
        f"{named(path)}:{call.lineno}"
        for path in sources()
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in {"update", "bulk_update"}
        if any(word.arg == "status" for word in call.keywords) and f"{model}.objects" in ast.unparse(call.func)
    ]
    assert guilty == []


def test_whoever_catches_everything_raises_again():
    guilty = [
        f"{named(path)}:{handler.lineno}"
        for path in sources()
        for handler in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(handler, ast.ExceptHandler) and catches_all(handler)
        if not any(isinstance(part, ast.Raise) for part in ast.walk(handler))
    ]
    assert guilty == []


def catches_all(handler: ast.ExceptHandler) -> bool:
    """True for `except:`, `except Exception` and `except BaseException`, alone or in a tuple."""
    if handler.type is None:
        return True
    parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(part, ast.Name) and part.id in {"Exception", "BaseException"} for part in parts)


def test_raw_sql_stands_where_it_is_allowed():
    speaks = re.compile(r"connection\.cursor\(|\.raw\(|RawSQL|\.extra\(|cursor\.execute\(")
    allowed_folders = ("weidu_portal/bench/",)  # measures our sweep against the same writes by hand
    guilty = {named(path) for path in sources() if speaks.search(path.read_text(encoding="utf-8"))}
    assert {path for path in guilty if not path.startswith(allowed_folders) and not path.startswith("ops/")} <= RAW_SQL


def test_every_event_of_the_sweep_is_an_alarm_known_to_the_table():
    written = [
        pair
        for name in ("CLIMB", "EXHAUST", "PROPOSE", "WARN", "SIGN")
        for pair in EVENT_INSERT.findall(getattr(sql, name))
    ]
    assert len(written) == 5
    assert all(action == alarm for action, alarm in written)
    assert {action for action, _ in written} <= set(Alarm.values)
    assert set(Alarm) == {alarm for _, alarm in ALARMS}


def test_no_alarm_is_also_an_action_and_both_fit_their_columns():
    assert not set(Alarm.values) & set(Action.values)
    for values, column in [
        (Alarm.values, "alarm"),
        ([*Action.values, *Alarm.values], "action"),
        (Status.values, "to_status"),
    ]:
        assert max(map(len, values)) <= Event._meta.get_field(column).max_length


# --- documents


def test_the_state_diagram_is_up_to_date():
    call_command("docs_diagram", "--check", stdout=StringIO(), skip_checks=True)
