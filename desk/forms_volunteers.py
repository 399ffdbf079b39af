"""Who may claim wishes: the result of a check, and the invitation of a unit."""

from django import forms

from cases.forms import StyledForm, Words
from desk.forms import GroupedSelect
from desk.ground_page import bodies_for
from grids.levels import Level
from grids.models import Area, Organization
from grids.permissions import Ability
from grids.scope import scope_of
from wishes.models import Volunteer
from wishes.states import VolunteerState

# What may follow each state, and what that is called on the chip.
FOLLOWS = {
    VolunteerState.PENDING: ((VolunteerState.APPROVED, "核对通过"), (VolunteerState.REFUSED, "不通过")),
    VolunteerState.APPROVED: ((VolunteerState.STOPPED, "停用认领资格"),),
    VolunteerState.REFUSED: ((VolunteerState.APPROVED, "改为通过"),),
    VolunteerState.STOPPED: ((VolunteerState.APPROVED, "恢复认领资格"),),
}


class CheckForm(StyledForm):
    """What came of checking name and unit."""

    state = forms.ChoiceField(label="结果", widget=forms.RadioSelect)
    reason = Words("理由", rows=2, limit=100, required=False, help_text="不通过或停用时写明，本人能看到。")

    def __init__(self, *args, volunteer: Volunteer, **kwargs):
        super().__init__(*args, **kwargs)
        follows = FOLLOWS[VolunteerState(volunteer.state)]
        self.fields["state"].choices = follows
        if len(follows) == 1:
            self.fields["state"].initial = follows[0][0]


class InviteForm(StyledForm):
    """Which unit, and which community vouches for it."""

    unit = GroupedSelect(label="单位", queryset=Organization.objects.none(), empty_label="请选择单位")
    community = forms.ModelChoiceField(
        label="由哪个社区联系", queryset=Area.objects.none(), empty_label="请选择社区", to_field_name="code"
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self._offer_units(user)
        self._offer_communities(user)

    def _offer_units(self, user) -> None:
        rows = Organization.objects.active().filter(bodies_for(user)).order_by("order", "code", "pk")
        groups: dict[str, list] = {}
        for row in rows:
            groups.setdefault(row.get_kind_display(), []).append((row, row.name))
        self.fields["unit"].group(rows, groups.items())

    def _offer_communities(self, user) -> None:
        field, rows = self.fields["community"], Area.objects.none()
        for code in scope_of(user, granting=Ability.WISHES).areas:
            rows = rows | Area.objects.in_service().on(Level.COMMUNITY).beneath(code)
        field.queryset = rows.order_by("code")
        field.label_from_instance = lambda area: area.full_name
        first = list(field.queryset[:2])
        if len(first) == 1:
            field.initial = first[0].pk
