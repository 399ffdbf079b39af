"""What the public ledger (办理公示) shows of a case: released by staff, without personal data, taken back on request."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Left, Lower
from django.utils import timezone

from cases.models.case import Case
from cases.models.category import Category
from cases.models.history import CasePhoto
from cases.states import Status
from grids.models import Area
from households.search import Grams, grams_of

# Answered and not yet confirmed is still under way for who reads the ledger: the reporter has not said it is solved.
_SHOWN = {Status.CLOSED: "closed", Status.SUSPENDED: "suspended"}
_NOT_SHOWN = (Status.REFUSED, Status.WITHDRAWN, Status.MERGED)


class PublicationQuerySet(models.QuerySet):
    """Publications by state."""

    def standing(self):
        """What residents may read now."""
        return self.filter(taken_back_at__isnull=True)

    def of_case(self, case: Case):
        """The standing publication of a case, if any."""
        return self.standing().filter(case=case)

    def matching(self, words: str):
        """Publications whose title, text, reply or place contain every part of `words`; up to five parts count."""
        parts = words.lower().split()[:5]
        found = self.alias(grams=Grams("search"))
        for part in parts:
            found = found.filter(grams__contains=grams_of(part), search__contains=part)
        return found

    def follow(self, case: Case, at) -> None:
        """Keep what lists are narrowed by in step with a case that changed; one that ended unsolved is taken back."""
        standing = self.of_case(case)
        if case.status in _NOT_SHOWN:
            standing.update(taken_back_at=at, taken_back_why=Publication.Why.ENDED)
        else:
            standing.update(**listed_under(case))

    def for_page(self):
        """What a line of the ledger shows, in one query."""
        return self.select_related(
            "case__category__parent", "case__handling_unit", "before__photo", "after__photo"
        ).defer("case__text", "case__subject", "case__place", "search")


def shown_as(status: str) -> str:
    """The state of the ledger's filter that a case of this status is found under."""
    return _SHOWN.get(Status(status), "working")


def listed_under(case: Case) -> dict[str, object]:
    """The columns a publication is found by, as they follow from its case."""
    top = case.category.parent_id or case.category_id
    return {"area_id": case.area_id, "category_id": top, "state": shown_as(case.status)}


class Publication(models.Model):
    """One line of the public ledger. Written by staff; state, level, unit and due date are read from the case itself.

    `area`, `category` and `state` repeat the case for the filters' indexes; `cases.services.acting` keeps them in step.
    """

    class State(models.TextChoices):
        """What the ledger is narrowed by; a line itself says more."""

        WORKING = "working", "办理中"
        CLOSED = "closed", "已办结"
        SUSPENDED = "suspended", "挂账"

    class Why(models.TextChoices):
        """Who wanted it taken back."""

        RESIDENT = "resident", "反映人不想公示"
        STAFF = "staff", "工作人员撤下"
        ENDED = "ended", "事项已撤回、并案或不予受理"

    case = models.OneToOneField(Case, models.PROTECT, related_name="publication", verbose_name="事项")
    title = models.CharField("标题", max_length=60)
    text = models.CharField("反映了什么", max_length=500)
    reply = models.CharField("办理情况和答复", max_length=800, blank=True)
    place = models.CharField("地点", max_length=60, blank=True, help_text="小区名；太小的小区只写社区")
    before = models.ForeignKey(
        CasePhoto, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="改造前照片"
    )
    after = models.ForeignKey(
        CasePhoto, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="改造后照片"
    )
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="所属区域")
    street = models.GeneratedField(
        expression=Left("area_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    category = models.ForeignKey(Category, models.PROTECT, db_index=False, related_name="+", verbose_name="类别")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WORKING)
    search = models.GeneratedField(
        expression=Lower(Concat("title", Value(" "), "text", Value(" "), "reply", Value(" "), "place")),
        output_field=models.TextField(),
        db_persist=True,
    )
    released_at = models.DateTimeField("公示时间", default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="公示人")
    taken_back_at = models.DateTimeField("撤下时间", null=True, blank=True)
    taken_back_why = models.CharField("撤下原因", max_length=10, choices=Why.choices, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理公示"
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_why="")
                | Q(taken_back_at__isnull=False) & ~Q(taken_back_why=""),
                name="publication_taken_back_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-released_at", "-id"], condition=Q(taken_back_at__isnull=True), name="publication_newest"
            ),
            *(
                models.Index(
                    fields=[column, "-released_at", "-id"],
                    condition=Q(taken_back_at__isnull=True),
                    name=f"publication_by_{column}",
                )
                for column in ("street", "community", "category", "state")
            ),
            GinIndex(Grams("search"), name="publication_by_grams"),
        ]

    def __str__(self) -> str:
        return self.title
