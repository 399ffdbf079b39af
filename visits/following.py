"""Where to go after one door: the next one of the same building that is due, else the most pressing."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from accounts.models import User
from households.models import Household
from visits.services.due import due_on


def next_door(household: Household, user: User, day: date, *, but: Collection[int] = ()) -> Household | None:
    """The household to visit after this one; None where nobody else is due. Doors tried today are not proposed again,
    nor those in `but`: records of them are still on a phone.
    """
    rows = due_on(Household.objects.visible_to(user), day).exclude(pk__in=[household.pk, *but])
    rows = rows.filter(Q(standing__tried_at__isnull=True) | Q(standing__tried_at__date__lt=day))
    here = rows.filter(compound=household.compound_id, building_no=household.building_no)
    onward = here.filter(
        Q(unit_no=household.unit_no, room_order__gte=household.room_order) | Q(unit_no__gt=household.unit_no or 0)
    )
    walked = ("unit_no", "room_order", "room", "pk")
    return onward.order_by(*walked).first() or here.order_by(*walked).first() or rows.first()
