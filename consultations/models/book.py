"""The money book: lines that are never deleted, a balance that is never negative."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.fields import SensitiveCharField
from consultations.models.consultation import Consultation
from consultations.states import MONEY, LineState, Side, Source

ZERO = Decimal("0.00")


class Money(models.DecimalField):
    """Yuan with two places, up to 9 999 999 999.99."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 12, "decimal_places": 2, **kwargs})


class Book(models.Model):
    """The sums of one consultation, kept beside its lines and changed with them, under the consultation's lock."""

    consultation = models.OneToOneField(Consultation, models.PROTECT, related_name="book", verbose_name="协商")
    needed = Money("需要", default=ZERO)
    received = Money("已筹", default=ZERO)
    spent = Money("已支出", default=ZERO)
    balance = models.GeneratedField(expression=F("received") - F("spent"), output_field=Money(), db_persist=True)
    receipts = models.PositiveIntegerField("收据号数", default=0)
    vouchers = models.PositiveIntegerField("凭证号数", default=0)
    # How many lines have counted; gives each its place on the sheet.
    turns = models.PositiveIntegerField("已入账笔数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "账本"
        constraints = [
            models.CheckConstraint(condition=Q(received__gte=F("spent")), name="book_never_negative"),
            models.CheckConstraint(
                condition=Q(needed__gte=0, received__gte=0, spent__gte=0), name="book_sums_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.received - self.spent}"

    @property
    def lacking(self) -> Decimal:
        """How much is still to be raised."""
        return max(self.needed - self.received, ZERO)


class BookLineQuerySet(models.QuerySet):
    """Lines by state and in the order of the book."""

    def counted(self):
        """Lines that count."""
        return self.filter(state=LineState.COUNTED)

    def pending(self):
        """Lines that wait for the second signature."""
        return self.filter(state=LineState.PENDING)

    def to_sign(self, user):
        """Lines that wait for this person's signature: `roles.may_sign` says the same about one line."""
        held = Consultation.objects.visible_to(user).filter(status__in=MONEY)
        watched = held.filter(attendees__user=user, attendees__signs=True)
        books = Q(book__consultation__in=held.run_by(user).values("pk")) | Q(
            book__consultation__in=watched.values("pk")
        )
        return self.pending().filter(books).exclude(first_by=user)

    def as_counted(self):
        """In the order in which they counted."""
        return self.order_by("turn")


class Line(models.Model):
    """One line: money in (S-01) or out (F-01). A reversal is a line of its own, of the same series, below zero.

    Money that comes in counts at once. Whatever takes money out of the book - a spending, a reversal - counts when a
    second person has signed. Triggers refuse any change of the money and any deletion (`consultations/sql.py`).
    """

    book = models.ForeignKey(Book, models.PROTECT, related_name="lines", db_index=False, verbose_name="账本")
    side = models.CharField("收支", max_length=1, choices=Side.choices)
    number = models.PositiveIntegerField("号")
    amount = Money("金额")
    on_date = models.DateField("日期")
    what = models.CharField("摘要", max_length=60)
    source = models.CharField("来源", max_length=12, choices=Source.choices, blank=True)
    households = models.PositiveIntegerField("户数", null=True, blank=True)
    unit = models.CharField("单位或收款方", max_length=60, blank=True, help_text="公示可见")
    name = SensitiveCharField("出资人姓名", kind="name", max_length=40, blank=True)
    consents = models.BooleanField("同意公示姓名", default=False)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name="冲回哪一笔"
    )
    state = models.CharField("状态", max_length=10, choices=LineState.choices)
    first_at = models.DateTimeField("经手时间")
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经手")
    settled_at = models.DateTimeField("第二人签字时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="第二人"
    )
    refused_for = models.CharField("为什么不签", max_length=100, blank=True)
    turn = models.PositiveIntegerField("第几笔入账", null=True, blank=True)
    balance = Money("入账后结余", null=True, blank=True)

    objects = BookLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "账目"
        constraints = [
            models.UniqueConstraint(fields=["book", "side", "number"], name="line_numbered_in_its_series"),
            models.UniqueConstraint(fields=["book", "turn"], name="line_counts_in_one_turn"),
            models.UniqueConstraint(
                fields=["reverses"], condition=~Q(state=LineState.REFUSED), name="line_reversed_once"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="line_positive_unless_reversal",
            ),
            models.CheckConstraint(
                condition=Q(side=Side.IN) & ~Q(source="") | Q(side=Side.OUT, source=""), name="line_in_says_its_source"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="line_settled_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("first_by")) | Q(state=LineState.REFUSED),
                name="line_signed_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=LineState.COUNTED, turn__isnull=False, balance__gte=0)
                | ~Q(state=LineState.COUNTED) & Q(turn__isnull=True, balance__isnull=True),
                name="line_counted_has_its_balance",
            ),
            models.CheckConstraint(
                # A plain contribution counts by itself; everything else by its second signature.
                condition=Q(side=Side.IN, reverses__isnull=True, settled_by__isnull=True, state=LineState.COUNTED)
                | (Q(side=Side.OUT) | Q(reverses__isnull=False))
                & (
                    Q(state=LineState.PENDING, settled_by__isnull=True)
                    | ~Q(state=LineState.PENDING) & Q(settled_by__isnull=False)
                ),
                name="line_counts_by_its_signatures",
            ),
            models.CheckConstraint(condition=Q(consents=False) | ~Q(name=""), name="line_consents_to_a_name"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """S-03."""
        return f"{self.side}-{self.number:02d}"

    @property
    def is_pending(self) -> bool:
        """True until somebody else has signed or refused."""
        return self.state == LineState.PENDING

    @property
    def counts(self) -> bool:
        """True where it is part of the balance."""
        return self.state == LineState.COUNTED


class MoneySheet(models.Model):
    """收支公示: from this moment residents read the lines counted up to here. Append-only."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="sheets", db_index=False, verbose_name="账本")
    number = models.PositiveIntegerField("第几次")
    published_at = models.DateTimeField("公示时间")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="公示人")
    turns = models.PositiveIntegerField("到第几笔")
    received = Money("已筹")
    spent = Money("已支出")

    class Meta:
        verbose_name = verbose_name_plural = "收支公示"
        constraints = [models.UniqueConstraint(fields=["book", "number"], name="money_sheet_numbered")]

    def __str__(self) -> str:
        return f"{self.book_id}-{self.number}"
