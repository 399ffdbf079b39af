"""The language of errands: adjectives filter, `visible_to` guards."""

from django.db import models

from agency.states import Step
from cases.models import Case
from cases.states import NOT_ENDED, OPEN


class AgencyRequestQuerySet(models.QuerySet):
    """Errands by scope and step."""

    def visible_to(self, user):
        """Errands whose cases the user may see: stated once, by cases."""
        return self.filter(case__in=Case.objects.visible_to(user).order_by().values("pk"))

    def to_do(self):
        """Errands not yet run, of cases at work."""
        return self.filter(case__status__in=OPEN, step__in=[Step.ASKED, Step.ACCEPTED, Step.GOING])

    def lacking(self):
        """Errands that wait for papers."""
        return self.to_do().exclude(missing="")

    def to_hand_back(self):
        """Errands run, whose receipts and change are still with us."""
        return self.filter(case__status__in=NOT_ENDED, step=Step.DONE)

    def signed(self):
        """Errands handed back."""
        return self.filter(step=Step.SIGNED)

    def done_between(self, since, until):
        """Errands run from `since` up to before `until`."""
        return self.filter(done_at__gte=since, done_at__lt=until)
