"""What is kept to find cases whose texts are alike: a few grams of each, and how frequent grams are.

In a table of its own: an index over the text on the case itself would be rewritten with every step the case takes.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from cases.models.case import Case


class Likeness(models.Model):
    """The grams that tell a case's text from others, with their weights in thousandths; never of a complaint about staff.

    `circle` is the number of the group of alike cases it fell into: the id of its first case.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="likeness", verbose_name="事项")
    grams = ArrayField(models.CharField(max_length=8), verbose_name="词对")
    weights = ArrayField(models.SmallIntegerField(), verbose_name="权重")
    circle = models.BigIntegerField("相似组", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "文字特征"
        constraints = [
            models.CheckConstraint(
                condition=Q(grams__len=models.F("weights__len")), name="likeness_a_weight_for_every_gram"
            )
        ]
        indexes = [
            # The list of rows not yet sorted in is read by every search: kept short.
            GinIndex(fields=["grams"], name="likeness_by_grams", gin_pending_list_limit=256),
            models.Index(fields=["circle"], condition=Q(circle__isnull=False), name="likeness_circle"),
            models.Index(fields=["case"], condition=Q(circle__isnull=True), name="likeness_to_place"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}"


class GramCount(models.Model):
    """In how many of the newest texts a gram stands; the empty gram counts the texts themselves. Refreshed at night."""

    gram = models.CharField("词对", max_length=8, primary_key=True)
    texts = models.PositiveIntegerField("件数")

    class Meta:
        verbose_name = verbose_name_plural = "词对频次"

    def __str__(self) -> str:
        return self.gram
