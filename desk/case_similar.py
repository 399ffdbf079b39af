"""The part of the case page about the same trouble elsewhere: the bundle the case belongs to, and cases that may belong."""

from dataclasses import dataclass, field

from cases.models import Bundle, Case
from cases.roles import may_bundle
from cases.services import bundling, likeness, similar
from cases.services.similar import Asked

SHOWN = 5


@dataclass(frozen=True)
class Alike:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case
    rows: list[Case] = field(default_factory=list)
    bundle: Bundle | None = None
    held: int = 0
    may_bundle: bool = False


def gather(case: Case, user) -> Alike:
    """The bundle, and suggestions while the case is open, among what the person sees: at most six queries."""
    if case.about_id:
        return Alike(case)
    bundle = bundling.bundle_of(case)
    held = members(bundle, user).count() if bundle else 0
    return Alike(case, suggested(case, user, bundle) if case.is_open else [], bundle, held, may_bundle(case, user))


def members(bundle: Bundle, user):
    """Cases of a bundle that the person sees, open or not, oldest first."""
    standing = Case.objects.visible_to(user).filter(bundled__bundle=bundle, bundled__removed_at__isnull=True)
    return standing.for_page().order_by("created_at", "pk")


def suggested(case: Case, user, bundle: Bundle | None = None) -> list[Case]:
    """Other open cases of the last 60 days that may be the same trouble, without those of the bundle already."""
    rows = Case.objects.visible_to(user).open().exclude(pk=case.pk).select_related("area")
    if bundle:
        rows = rows.exclude(bundled__bundle=bundle, bundled__removed_at__isnull=True)
    asked = Asked(case.area_id, [case.category_id], case.compound_id, likeness.of(case))
    return similar.suggested(rows, asked, limit=SHOWN)
