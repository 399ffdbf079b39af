"""The money book. Every verb runs under the lock of the consultation, so lines, sums and numbers cannot part.

The sums of `Book` are changed with the line that changes them; its CHECK constraint refuses a negative balance even
where this module would err.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from consultations.models import Book, Consultation, Line, MoneySheet
from consultations.models.book import ZERO
from consultations.services.acting import Turn, acting
from consultations.states import Action, LineState, Side, Source, counted_by
from consultations.wording import fit

CENT = Decimal("0.01")
MOST = Decimal("9999999.99")
NOT_ENOUGH = "结余只有{}元，不够这一笔，没有记。"


@dataclass
class Received:
    """Money that came in. A unit is named in public; a person only with consent."""

    amount: Decimal
    source: str
    what: str
    on_date: date | None = None
    households: int | None = None
    unit: str = ""
    name: str = ""
    consents: bool = False


def need(consultation: Consultation, amount: Decimal, *, at: datetime | None = None, by: User) -> None:
    """定需要资金."""
    with acting(consultation, Action.NEED, by=by, at=at) as turn:
        book = _book(turn)
        book.needed = _yuan(amount)
        book.save(update_fields=["needed"])
        turn.note = f"需要{book.needed}元"


def receive(consultation: Consultation, money: Received, *, at: datetime | None = None, by: User) -> Line:
    """收到一笔: counts at once, under the next receipt number."""
    with acting(consultation, Action.RECEIVE, by=by, at=at) as turn:
        if money.consents and not money.name.strip():
            raise DomainError("同意公示姓名的，请填写姓名。")
        book, unit = _book(turn), money.unit.strip()
        line = _write(
            turn,
            book,
            Side.IN,
            _yuan(money.amount),
            on_date=money.on_date,
            what=money.what,
            source=Source(money.source),
            households=money.households,
            unit=fit("单位", unit) if unit else "",
            name=money.name.strip(),
            consents=money.consents,
            by=by,
        )
        _count(book, line)
        line.save()
    return line


def spend(
    consultation: Consultation,
    amount: Decimal,
    *,
    what: str,
    payee: str,
    on_date: date | None = None,
    at: datetime | None = None,
    by: User,
) -> Line:
    """支出一笔: the first signature. It counts when somebody else signs; more than is there is refused at once."""
    with acting(consultation, Action.SPEND, by=by, at=at) as turn:
        book, amount = _book(turn), _yuan(amount)
        free = book.received - book.spent - _promised(book)
        if amount > free:
            raise DomainError(NOT_ENOUGH.format(max(free, ZERO)))
        payee = fit("收款方", payee)
        line = _write(turn, book, Side.OUT, amount, on_date=on_date, what=what, unit=payee, by=by)
        line.save()
        _ask_for_signature(turn, by)
    return line


def reverse(line: Line, why: str, *, at: datetime | None = None, by: User) -> Line:
    """冲回一笔: a line of its own, of the same series, that undoes exactly one counted line, once a second person signs."""
    with acting(line.book.consultation, Action.REVERSE, by=by, at=at) as turn:
        book = _book(turn)
        old = Line.objects.get(pk=line.pk, book=book)
        if not old.counts or old.reverses_id:
            raise DomainError("只能冲回已入账的一笔，冲回的那一笔不能再冲。")
        if old.reversals.exclude(state=LineState.REFUSED).exists():
            raise DomainError(f"{old.code}已经冲回过了。")
        why = fit("为什么冲回", why)
        made = _write(
            turn, book, Side(old.side), -old.amount, what=f"冲回 {old.code}：{why}"[:60], source=old.source,
            households=old.households, unit=old.unit, reverses=old, by=by,
        )  # fmt: skip
        made.save()
        _ask_for_signature(turn, by)
    return made


def sign(line: Line, *, at: datetime | None = None, by: User) -> None:
    """The second signature, of another person: the line counts. DomainError where the balance would fall below zero."""
    with acting(line.book.consultation, Action.SIGN, by=by, at=at) as turn:
        book, held = _book(turn), _pending(line)
        if held.first_by_id == by.pk:
            raise DomainError("经手人不能自己再签，要由另一个人签字。")
        held.settled_at, held.settled_by = turn.at, by
        _count(book, held)
        held.save()
        turn.note, turn.details = held.code, {"line": held.pk}
        turn.tell(f"user:{held.first_by_id}", f"{held.code}已签字入账")
    line.refresh_from_db()


def refuse(line: Line, why: str, *, at: datetime | None = None, by: User) -> None:
    """不签: the line never counts and stays readable; whoever wrote it may take it back the same way."""
    if not why.strip():
        raise DomainError("请填写为什么不签。")
    with acting(line.book.consultation, Action.REFUSE, by=by, at=at) as turn:
        held = _pending(line)
        held.state, held.refused_for = LineState.REFUSED, why.strip()
        held.settled_at, held.settled_by = turn.at, by
        held.save()
        turn.note, turn.details = f"{held.code}：{held.refused_for}", {"line": held.pk}
        if held.first_by_id != by.pk:
            turn.tell(f"user:{held.first_by_id}", f"{held.code}没有签")
    line.refresh_from_db()


def withdraw_consent(line: Line, *, at: datetime | None = None, by: User) -> None:
    """The person no longer wants to be named in public; pages show it from the same moment."""
    with acting(line.book.consultation, Action.CONSENT, by=by, at=at) as turn:
        if not Line.objects.filter(pk=line.pk, consents=True).update(consents=False):
            raise DomainError("这一笔没有公示姓名。")
        turn.note, turn.details = line.code, {"line": line.pk}
    line.refresh_from_db()


def publish_sheet(consultation: Consultation, *, at: datetime | None = None, by: User) -> MoneySheet:
    """公示收支: residents read the lines counted up to now."""
    with acting(consultation, Action.SHEET, by=by, at=at) as turn:
        book = _book(turn)
        last = book.sheets.order_by("-number").first()
        if not book.turns:
            raise DomainError("账本里还没有入账的，不用公示。")
        if last is not None and last.turns == book.turns:
            raise DomainError("上次公示以后没有新的入账。")
        row = MoneySheet.objects.create(
            book=book, number=last.number + 1 if last else 1, published_at=turn.at, published_by=by, turns=book.turns,
            received=book.received, spent=book.spent,
        )  # fmt: skip
        turn.public_text = f"公示收支：已筹{row.received}元，支出{row.spent}元，结余{row.received - row.spent}元"
    return row


def settled(consultation: Consultation) -> bool:
    """True where the book holds nothing and nothing waits for a signature."""
    book = Book.objects.get(consultation=consultation)
    return book.received == book.spent and not Line.objects.pending().filter(book=book).exists()


def _book(turn: Turn) -> Book:
    return Book.objects.select_for_update().get(consultation=turn.consultation)


def _yuan(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount <= 0 or amount > MOST:
        raise DomainError("金额要大于0，不超过一千万元，请核对。")
    if amount != amount.quantize(CENT):
        raise DomainError("金额最多写到分，请核对。")
    return amount.quantize(CENT)


def _promised(book: Book) -> Decimal:
    """What lines that wait for a signature would take out of the book."""
    waiting = Line.objects.pending().filter(book=book)
    spending = waiting.filter(side=Side.OUT, amount__gt=0).aggregate(sum=Sum("amount"))["sum"] or ZERO
    reversing = waiting.filter(side=Side.IN, amount__lt=0).aggregate(sum=Sum("amount"))["sum"] or ZERO
    return spending - reversing


def _write(turn: Turn, book: Book, side: Side, amount: Decimal, *, what: str, by: User, on_date=None, **more) -> Line:
    """The next line of its series, pending; saved by the caller."""
    counter = "receipts" if side == Side.IN else "vouchers"
    setattr(book, counter, getattr(book, counter) + 1)
    book.save(update_fields=[counter])
    today = timezone.localdate(turn.at)
    if on_date is not None and on_date > today:
        raise DomainError("日期还没有到，请核对。")
    line = Line(
        book=book,
        side=side,
        number=getattr(book, counter),
        amount=amount,
        on_date=on_date or today,
        what=fit("摘要", what),
        state=LineState.PENDING,
        first_at=turn.at,
        first_by=by,
        **{**more, "unit": more.get("unit", "").strip()},
    )
    turn.note, turn.details = f"{line.code} {amount}元", {}
    return line


def _count(book: Book, line: Line) -> None:
    """The line is part of the balance from now on."""
    balance = counted_by(book.received - book.spent, line.side, line.amount)
    if balance < 0:
        raise DomainError(NOT_ENOUGH.format(book.received - book.spent))
    if line.side == Side.IN:
        book.received += line.amount
    else:
        book.spent += line.amount
    book.turns += 1
    line.state, line.turn, line.balance = LineState.COUNTED, book.turns, balance
    book.save(update_fields=["received", "spent", "turns"])


def _pending(line: Line) -> Line:
    held = Line.objects.select_related("book").get(pk=line.pk)
    if not held.is_pending:
        raise DomainError(f"{held.code}{held.get_state_display()}，不用再签。")
    return held


def _ask_for_signature(turn: Turn, by: User) -> None:
    watching = turn.consultation.attendees.filter(signs=True).exclude(user=by).values_list("user", flat=True)
    for pk in watching:
        turn.tell(f"user:{pk}", "有一笔账等您签字")
