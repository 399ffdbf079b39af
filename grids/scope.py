"""Who may see what. The only place that decides it: areas of current postings and everything beneath, or the user's units.

No posting means nothing is visible: every function here fails closed.
"""

from django.utils import timezone

from grids.models import Posting
from grids.reach import SITS, Scope, within

__all__ = ["Scope", "people_at", "postings_of", "scope_of", "within"]


def postings_of(user, at=None) -> list[Posting]:
    """The user's current postings and those the user stands in for, with post, area and unit loaded. One query a request."""
    if not user.is_authenticated or not user.is_active:
        return []
    if at is not None:
        return list(Posting.objects.serving(user, at))
    if not hasattr(user, "_postings"):
        user._postings = list(Posting.objects.serving(user, timezone.now()))
    return user._postings


def scope_of(user, at=None, *, granting: str = "") -> Scope:
    """The areas, units, compounds and seats the user currently serves.

    A post that grants nothing (法官、志愿者) reaches nothing. `granting` counts only postings whose post grants that
    ability, for what not everybody in an area may see.
    """
    postings = [p for p in postings_of(user, at) if p.post.grants and (not granting or granting in p.post.grants)]
    areas = frozenset(p.area_id for p in postings if p.area_id)
    units = frozenset(p.unit_id for p in postings if p.unit_id)
    sitting = [p for p in postings if SITS in p.post.grants]
    seats = sorted({f"area:{p.area_id}" for p in sitting if p.area_id})
    seats += [f"unit:{pk}" for pk in sorted({p.unit_id for p in sitting if p.unit_id})]
    if postings:
        seats.append(f"user:{user.pk}")
    below = [p for p in postings if p.compound_id]
    return Scope(
        areas,
        units,
        tuple(seats),
        compounds=frozenset(p.compound_id for p in below if not p.building_id),
        buildings=frozenset(p.building_id for p in below if p.building_id and not p.entrance_id),
        entrances=frozenset(p.entrance_id for p in below if p.entrance_id),
        around=frozenset(p.compound_id for p in below),
    )


def people_at(seat: str, at=None) -> list:
    """The people a seat reaches now: those whose post may handle; someone on leave is replaced by the stand-in."""
    kind, _, key = seat.partition(":")
    if kind not in {"area", "unit"}:
        return []
    at = at or timezone.now()
    rows = Posting.objects.current(at).filter(post__grants__contains=[SITS]).select_related("user", "stand_in")
    rows = rows.filter(area_id=key) if kind == "area" else rows.filter(unit_id=int(key))
    return list({p.deputy(at).pk: p.deputy(at) for p in rows}.values())
