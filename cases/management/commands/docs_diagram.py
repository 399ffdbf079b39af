"""manage.py docs_diagram: docs/states.md out of the state table, so that the picture cannot disagree with the code."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.ladder import MAX_DISPUTES, MAX_REOPENINGS, WARN_AT
from cases.states import ENDED, TABLE, Action, Alarm, Status, Who

TARGET = Path(settings.BASE_DIR) / "docs" / "states.md"
# What the sweep does (cases/sql.py, cases/services/sweeping.py): (status, alarm) → status; None: marked and told only.
ALARMS: dict[tuple[Status, Alarm], Status | None] = {
    **{(status, alarm): None for status in (Status.RECEIVED, Status.HANDLING) for alarm in (Alarm.WARN, Alarm.PROPOSE)},
    (Status.RECEIVED, Alarm.SIGN): None,
    (Status.RECEIVED, Alarm.CLIMB): Status.RECEIVED,
    (Status.HANDLING, Alarm.CLIMB): Status.RECEIVED,
    (Status.RECEIVED, Alarm.EXHAUST): None,
    (Status.HANDLING, Alarm.EXHAUST): None,
    (Status.CONFIRMING, Alarm.REVIEW): Status.RECEIVED,
    (Status.CONFIRMING, Alarm.FOLLOW_UP): None,
    (Status.SUSPENDED, Alarm.RESUME): Status.HANDLING,
}
_HEAD = f"""# States of a case

Written by `manage.py docs_diagram` from `cases/states.py`; a test fails when it is out of date.

Two axes: the *status* below says what is being done, the *level* (网格 → 社区 → 街道 → 区) or the unit says who holds it.
Dashed names (系统) are moves of the sweep. Warned at {WARN_AT:.0%} of the time; at most {MAX_DISPUTES} disputes and
{MAX_REOPENINGS} reopenings a case.
"""


class Command(BaseCommand):
    """Writes docs/states.md; with --check only says whether it is up to date."""

    help = "Write docs/states.md from the state table; --check fails where the file differs."

    def add_arguments(self, parser) -> None:
        """--check."""
        parser.add_argument("--check", action="store_true", help="write nothing, fail where the file is out of date")

    def handle(self, *args, **options) -> None:
        """CommandError with --check where the file differs."""
        text = page()
        if not options["check"]:
            TARGET.write_text(text, encoding="utf-8")
            self.stdout.write(f"{TARGET.relative_to(settings.BASE_DIR)} written")
        elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            raise CommandError("docs/states.md is out of date: run manage.py docs_diagram")


def page() -> str:
    """The whole file: a Mermaid diagram of the moves, then every pair of the table, then the alarms."""
    return f"{_HEAD}\n```mermaid\n{_diagram()}\n```\n\n## Actions of people\n\n{_actions()}\n\n## Moves of the sweep\n\n{_alarms()}\n"


def _diagram() -> str:
    lines = ["stateDiagram-v2", "    direction LR", f"    [*] --> {Status.RECEIVED}: {Action.REGISTER.label}"]
    lines += [f'    state "{status.label}" as {status}' for status in Status]
    for (begin, end), labels in _moves().items():
        lines.append(f"    {begin} --> {end}: {'、'.join(labels)}")
    return "\n".join(lines + [f"    {status} --> [*]" for status in ENDED])


def _moves() -> dict[tuple[Status, Status], list[str]]:
    """Labels by (from, to), in the order of the table; moves within a status are left to the list below."""
    moves: dict[tuple[Status, Status], list[str]] = {}
    for (status, action), rule in TABLE.items():
        if rule.to is not None and rule.to != status:
            moves.setdefault((status, rule.to), []).append(action.label)
    for (status, alarm), to in ALARMS.items():
        if to is not None:
            moves.setdefault((status, to), []).append(f"系统{alarm.label}")
    return moves


def _actions() -> str:
    rows = ["| status | action | → status | who may |", "| --- | --- | --- | --- |"]
    for status in Status:
        for action in Action:
            if rule := TABLE.get((status, action)):
                to = rule.to.label if rule.to else "—"
                who = "、".join(role.label for role in Who if role in rule.who)
                rows.append(f"| {status.label} `{status}` | {action.label} `{action}` | {to} | {who} |")
    return "\n".join(rows)


def _alarms() -> str:
    rows = ["| status | alarm | → status |", "| --- | --- | --- |"]
    for (status, alarm), to in ALARMS.items():
        rows.append(f"| {status.label} `{status}` | {alarm.label} `{alarm}` | {to.label if to else '—'} |")
    return "\n".join(rows)
