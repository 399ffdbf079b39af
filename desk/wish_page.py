"""What the page of a wish shows, gathered before the template is drawn: a fixed number of queries."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from desk.case_page import Button, Panel
from desk.forms_wishes import ACTS, form_for
from desk.heard import heard_on
from desk.timeline import Entry
from desk.wish_list import due_state
from grids.levels import Level, code_at
from grids.models import Area
from households.models import Household
from wishes.models import Claim, Wish, WishEvent
from wishes.roles import may_reveal, open_actions
from wishes.services import PublicWords
from wishes.services.contact import REASONS
from wishes.states import HELD, NOT_ENDED, Action, Alarm, ClaimStatus
from wishes.wording import says_street_only

# The one action a wish waits for, first match; the others stand beside it.
PRIMARY = (Action.PUBLISH, Action.CONFIRM, Action.COMPLETE, Action.PUT_BACK, Action.FOLLOW_UP)
RARE = (Action.CANCEL, Action.THANK)
WIDE = (Action.TO_CASE,)
ICONS = {Action.RETURN: "arrow-back-up", Action.TO_CASE: "clipboard-list", Action.REWORD: "pencil"}
_UP = {Alarm.CLIMB}
_GREEN = {Action.SUBMIT, Action.PUBLISH, Action.CONFIRM}
# What the wisher does on the own page, where nobody is signed in.
_WISHERS = {Action.SUBMIT, Action.COMPLETE, Action.CANCEL, Action.CONFIRM, Action.NOT_YET, Action.THANK}
_OF_CLAIMS = {Action.CLAIM: "认领", Action.RELEASE: "认领结束，放回心愿墙", Alarm.LAPSE: "逾期取消，放回心愿墙"}


@dataclass(frozen=True)
class ClaimRow:
    """A claim with the people in it."""

    claim: Claim
    members: list[str]
    photo: str


def visible_wish(user, number: str) -> Wish | None:
    """The wish of this number with what its page shows, where the user may see it."""
    rows = Wish.objects.visible_to(user)
    related = ("area", "compound", "created_by", "published_by")
    return rows.select_related(*related).filter(number=number).first()


class WishPage:
    """Everything on the page of a wish. All queries run here; the template only reads."""

    def __init__(self, wish: Wish, user, at=None):
        self.wish, self.at = wish, at or timezone.now()
        self.reasons = REASONS.items()
        self.contact = contact_of(wish, user)
        claims = Claim.objects.filter(wish=wish).select_related("claimer", "unit")
        self._claims = [_row(wish, c) for c in claims.prefetch_related("members__user").order_by("-claimed_at", "-pk")]
        # A claim that came true is the wish's own story, not an earlier attempt.
        kept = (ClaimStatus.LIVE, ClaimStatus.FULFILLED)
        self.claim = next((row for row in self._claims if row.claim.status in kept), None)
        self.earlier = [row for row in self._claims if row is not self.claim]
        self.entries = [_entry(event) for event in WishEvent.objects.newest_first().filter(wish=wish)]
        if self.entries and not self.entries[0].mark:
            self.entries[0].mark = "now"
        self.case = Case.objects.visible_to(user).filter(pk=wish.case_id).first() if wish.case_id else None
        self.household = _household(wish, user)
        self.heard = heard_on(wish, user)
        self.places = _places(wish)
        self.actions = open_actions(wish, user)
        self.panel = _panel(wish, self.actions, user)

    @property
    def due_state(self) -> tuple[str, str] | None:
        """The time that matters now, for the badge."""
        return due_state(self.wish, self.claim.claim if self.claim else None, self.at)

    @property
    def is_over(self) -> bool:
        """True once nothing more is expected."""
        return self.wish.status not in NOT_ENDED

    @property
    def seat(self) -> str:
        """Who looks after the wish now, in words."""
        return "区委组织部" if self.wish.level == Level.DISTRICT else self.places[self.wish.level]

    @property
    def on_the_wall(self) -> str:
        """Where the wall says the wish comes from: with a label, and of a child, the street only."""
        return wall_place(self.wish, self.wish.care_label, self.places)


@dataclass(frozen=True)
class ContactRow:
    """The wisher as the page shows them: masked, and the way to see more where that is allowed."""

    name: str
    place: str
    phone: str
    url: str
    obstacle: str


def contact_of(wish: Wish, user) -> ContactRow:
    """The wisher, masked. Of a child no name."""
    name = "" if wish.is_childs else str(wish.name or "")
    place, phone = str(wish.place or ""), str(wish.phone or "")
    left = bool(wish.name or wish.place or wish.phone)
    allowed = may_reveal(wish, user)
    obstacle = "没有留下联系方式" if not left else "" if allowed else "您的岗位不能查看联系方式"
    url = reverse("desk:wish-contact", args=[wish.number]) if left and allowed else ""
    return ContactRow(name, place, phone, url, obstacle)


def wall_place(wish: Wish, care_label: str, places: dict[int, str]) -> str:
    """北大街道新村社区; with a label, and of a child, 北大街道 and no more."""
    if not says_street_only(wish, care_label):
        return places[Level.COMMUNITY]
    return f"{places[Level.STREET]}　{'孩子的心愿，监护人已同意' if wish.is_childs else care_label}"


@dataclass(frozen=True)
class WallCard:
    """A wish as the wall would show it in these words."""

    kind_label: str
    words: PublicWords
    place: str


def wall_card(wish: Wish, words: PublicWords) -> WallCard:
    """What everybody would read, before it is published."""
    return WallCard(wish.kind_label, words, wall_place(wish, words.care_label, _places(wish)))


def proof_of(wish: Wish):
    """The newest photo a claimer sent with the report that it is done, or None."""
    rows = Claim.objects.filter(wish=wish, proof_photo__isnull=False).select_related("proof_photo")
    claim = rows.order_by("-claimed_at", "-pk").first()
    return claim.proof_photo if claim else None


def _places(wish: Wish) -> dict[int, str]:
    codes = {level: code_at(wish.area_id, level) for level in (Level.COMMUNITY, Level.STREET)}
    areas = Area.objects.in_bulk(list(codes.values()))
    return {level: areas[code].full_name for level, code in codes.items()}


def _household(wish: Wish, user) -> Household | None:
    """The household the wish was taken for, where the person may see it."""
    if wish.household_id is None:
        return None
    return Household.objects.visible_to(user).filter(pk=wish.household_id).select_related("compound").first()


def _row(wish: Wish, claim: Claim) -> ClaimRow:
    members = [m.user.called for m in claim.members.all() if m.user_id != claim.claimer_id and not m.left_at]
    photo = reverse("desk:wish-photo", args=[wish.number]) if claim.proof_photo_id else ""
    return ClaimRow(claim, members, photo)


def _entry(event: WishEvent) -> Entry:
    return Entry(
        number=event.number,
        title=_title(event),
        who=_who(event),
        at=event.at,
        mark="up" if event.action in _UP else "ok" if event.action in _GREEN else "",
        public=event.public_text,
        internal=event.note,
    )


def _title(event: WishEvent) -> str:
    if event.action == Alarm.CLIMB:
        return f"无人认领，请{Level(event.to_level).label}一起找"
    return _OF_CLAIMS.get(event.action) or event.get_action_display()


def _who(event: WishEvent) -> str:
    """Who acted: a person by what colleagues call them, the wisher never by name, or the portal."""
    if event.by:
        return event.by.called
    return "心愿人" if event.action in _WISHERS and not event.alarm else "系统"


def button_for(wish: Wish, action: Action) -> Button:
    """The way to an action's page."""
    return Button(
        action, ACTS[action].label, reverse("desk:wish-act", args=[wish.number, action.value]), ICONS.get(action, "")
    )


def _panel(wish: Wish, actions: list[Action], user) -> Panel:
    """Sort what is open into one primary, everyday and rare."""
    panel = Panel()
    offered = [action for action in actions if action in ACTS]
    first = next((action for action in PRIMARY if action in offered), None)
    if first is None and Action.NOTE in offered:
        first = Action.NOTE
    if first:
        panel.primary, panel.explains = button_for(wish, first), ACTS[first].explains
        panel.form = form_for(wish, first, user)
    for action in offered:
        if action != first:
            rare = action in RARE or (action in WIDE and wish.status not in HELD and first != Action.PUBLISH)
            place = panel.rare if rare else panel.wide if action in WIDE else panel.buttons
            place.append(button_for(wish, action))
    return panel
