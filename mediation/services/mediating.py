"""What a mediator does: take the dispute on, ask, mediate, bring it to an agreement or not, look after it, hand it over."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.models import User
from cases.states import Action as CaseAction
from cases.states import Outcome
from common.errors import DomainError
from files.models import Photo
from mediation.models import Agreement, Dispute, HandOver, Record, Scan
from mediation.services.acting import (
    Turn,
    acting,
    case_until,
    conclude,
    end_case,
    follow_case,
    note_case,
    on,
    sign_case,
    words,
)
from mediation.services.intake import month_after
from mediation.states import Action, Kept, Paper, Receiver, RecordKind, Side, Status

# How much longer both sides may agree to, counted from the limit that stands.
MOST_MONTHS = 3
ELSEWHERE = "已告知可以申请仲裁、行政裁决或者向人民法院起诉"
BOTH, ACCOUNT = "双方当事人", "纠纷经过"
_OUTCOME = {Kept.KEPT: Outcome.SOLVED, Kept.PARTLY: Outcome.PARTLY}
_OF_RECORD = {RecordKind.INVESTIGATION: Action.INVESTIGATE, RecordKind.MEDIATION: Action.MEDIATE}


@dataclass(frozen=True)
class Terms:
    """What an agreement says."""

    facts: str
    points: str
    performance: str
    agreed_date: date
    perform_until: date | None = None
    is_oral: bool = False


def accept(
    dispute: Dispute,
    limit_date: date | None = None,
    *,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """受理: from today there is a month to resolve it, or until `limit_date`; the case is signed and ends then too."""
    with acting(dispute, Action.ACCEPT, by=by, seen=seen, at=at) as turn:
        held = turn.dispute
        if missing := lacking(held):
            raise DomainError(f"受理以前，请先补充{'和'.join(missing)}。")
        held.accepted_at, held.accepted_by = turn.at, by
        held.limit_date = limit_date or month_after(turn.today)
        _refuse_limit(held.limit_date, turn.today, month_after(turn.today))
        turn.note = f"化解时限{on(held.limit_date)}"
        sign_case(turn)
        case_until(turn, CaseAction.NOTE, f"受理纠纷，{turn.note}")


def lacking(dispute: Dispute) -> list[str]:
    """What has to be written down before a dispute can be taken on; one that came of a case begins without either."""
    sides = set(dispute.parties.values_list("side", flat=True))
    there = {BOTH: {Side.APPLICANT, Side.RESPONDENT} <= sides, ACCOUNT: bool(dispute.account.strip())}
    return [words for words, known in there.items() if not known]


def _refuse_limit(limit: date, after: date, latest: date) -> None:
    if not after < limit <= latest:
        raise DomainError(f"化解时限要在{on(after)}以后，最晚{on(latest)}。")


def extend(
    dispute: Dispute,
    limit_date: date,
    *,
    both_agree: bool,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """延长期限, once both sides have agreed to it; three months more at most."""
    if not both_agree:
        raise DomainError("延长期限要双方当事人都同意。")
    with acting(dispute, Action.EXTEND, by=by, seen=seen, at=at) as turn:
        held, latest = turn.dispute, turn.dispute.limit_date
        for _ in range(MOST_MONTHS):
            latest = month_after(latest)
        _refuse_limit(limit_date, max(held.limit_date, turn.today), latest)
        held.limit_date, held.extensions = limit_date, held.extensions + 1
        turn.note = f"双方同意，化解时限{on(limit_date)}"
        case_until(turn, CaseAction.EXTEND, f"双方同意延长，化解时限{on(limit_date)}")


def write_record(
    dispute: Dispute,
    kind: str,
    text: str,
    held_date: date,
    *,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Record:
    """调查记录 or 调解记录: the first mediation begins the mediating."""
    with acting(dispute, _OF_RECORD[RecordKind(kind)], by=by, seen=seen, at=at) as turn:
        return _write(turn, kind, text, held_date)


def _write(turn: Turn, kind: str, text: str, held_date: date, kept: str = "") -> Record:
    if held_date > turn.today:
        raise DomainError("记录的日期不能晚于今天。")
    said = words(text, "请写明记录的内容。")
    turn.note = f"{RecordKind(kind).label}，{on(held_date)}"
    return Record.objects.create(
        dispute=turn.dispute,
        kind=kind,
        text=said,
        held_date=held_date,
        kept=kept,
        written_at=turn.at,
        written_by=turn.by,
    )


def agree(
    dispute: Dispute, terms: Terms, *, seen: int | None = None, at: datetime | None = None, by: User
) -> Agreement:
    """达成协议: facts, points, time and way are written down; the case is answered with it."""
    with acting(dispute, Action.AGREE, by=by, seen=seen, at=at) as turn:
        if terms.agreed_date > turn.today:
            raise DomainError("协议日期不能晚于今天。")
        if terms.perform_until and terms.perform_until < terms.agreed_date:
            raise DomainError("履行期限不能早于协议日期。")
        agreement = Agreement.objects.create(
            dispute=turn.dispute,
            facts=words(terms.facts, "请写明纠纷的主要事实和争议事项。"),
            points=words(terms.points, "请写明协议内容。"),
            performance=words(terms.performance, "请写明履行的方式、地点和期限。"),
            agreed_date=terms.agreed_date,
            perform_until=terms.perform_until,
            is_oral=terms.is_oral,
            written_at=turn.at,
            written_by=by,
        )
        conclude(turn, success=True, resolution=agreement.points)
        turn.note = "口头协议" if terms.is_oral else "书面协议"
        end_case(turn, "经调解，双方达成协议。")
    return agreement


def fail(dispute: Dispute, why: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """调解不成: the parties are told where else they may turn. The case stays with the community until that is done."""
    with acting(dispute, Action.FAIL, by=by, seen=seen, at=at) as turn:
        conclude(turn, success=False, resolution=words(why, "请写明没有达成协议的原因。"))
        turn.note = ELSEWHERE
        note_case(turn, f"调解未达成协议，{turn.note}。")


def follow_up(
    dispute: Dispute,
    kept: str,
    text: str,
    held_date: date,
    *,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Record:
    """回访: whether the agreement is kept, or how things stand without one. What the parties say closes the case."""
    with acting(dispute, Action.FOLLOW_UP, by=by, seen=seen, at=at) as turn:
        if (kept == Kept.NONE) == bool(turn.dispute.is_success):
            raise DomainError("达成了协议的要写明履行情况，没有达成的选“没有协议”。")
        written = _write(turn, RecordKind.FOLLOW_UP, text, held_date, kept)
        turn.note = f"{turn.note}，{Kept(kept).label}"
        if not turn.dispute.is_success:
            end_case(turn, f"调解未达成协议，{ELSEWHERE}。")
        follow_case(turn, f"回访：{Kept(kept).label}", _OUTCOME.get(Kept(kept), ""))
    return written


def hand_over(
    dispute: Dispute,
    receiver: str,
    body: str,
    what: str,
    handed_date: date,
    *,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> HandOver:
    """移交 to the justice office, a court, the petition office or another body: what, when, to whom. Ends the case too."""
    with acting(dispute, Action.HAND_OVER, by=by, seen=seen, at=at) as turn:
        if handed_date > turn.today:
            raise DomainError("移交日期不能晚于今天。")
        row = HandOver.objects.create(
            dispute=turn.dispute,
            receiver=Receiver(receiver),
            body=words(body, "请写明接收单位。"),
            what=words(what, "请写明移交的说明和材料。"),
            handed_date=handed_date,
            handed_at=turn.at,
            handed_by=by,
        )
        conclude(turn, success=False, resolution=turn.dispute.resolution or row.what)
        turn.note = f"{row.get_receiver_display()}：{row.body}，{on(handed_date)}"
        end_case(turn, f"纠纷已移交{row.get_receiver_display()}处理。")
    return row


def add_scans(
    dispute: Dispute,
    paper: str,
    photos: list[Photo],
    *,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """存入扫描件 of one paper of the file."""
    if not photos:
        raise DomainError("请选择要存入的照片。")
    with acting(dispute, Action.SCAN, by=by, seen=seen, at=at) as turn:
        Scan.objects.bulk_create(
            Scan(dispute=turn.dispute, paper=Paper(paper), photo=photo, added_at=turn.at, added_by=by)
            for photo in photos
        )
        turn.note = f"{Paper(paper).label}，{len(photos)}张"


def archive(dispute: Dispute, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """归档: the file is complete. A written agreement must lie in it, signed."""
    with acting(dispute, Action.ARCHIVE, by=by, seen=seen, at=at) as turn:
        held = turn.dispute
        written = Agreement.objects.filter(dispute=held, is_oral=False).exists()
        signed = Scan.objects.filter(dispute=held, paper=Paper.AGREEMENT).exists()
        if written and not signed:
            raise DomainError("还没有存入签了字的协议书，请先存入扫描件再归档。")


def is_late(dispute: Dispute, on: date | None = None) -> bool:
    """True for an open dispute past its limit date."""
    return dispute.status in (Status.REGISTERED, Status.ACCEPTED, Status.MEDIATING) and dispute.limit_date < (
        on or timezone.localdate()
    )
