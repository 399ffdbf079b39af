"""What is asked before cards are printed."""

from django import forms

from cases.forms import StyledForm
from desk.cards.layout import Kind
from grids.levels import Level
from grids.models import Area
from grids.permissions import Ability
from grids.reach import Scope
from grids.scope import scope_of

MOST_COPIES = 999


def areas_to_print(user) -> list[Area]:
    """The communities and grids the user registers for, in code order."""
    scope: Scope = scope_of(user, granting=Ability.REGISTER)
    rows = Area.objects.none()
    for code in scope.areas:
        rows = rows | Area.objects.in_service().beneath(code)
    return list(rows.filter(level__lte=Level.COMMUNITY).order_by("code"))


class CardsForm(StyledForm):
    """Whose cards, which kind, how many."""

    area = forms.ChoiceField(label="网格")
    kind = forms.ChoiceField(
        label="印什么", choices=[(kind.value, kind.label) for kind in Kind], widget=forms.RadioSelect, initial="card"
    )
    copies = forms.IntegerField(
        label="每个网格几份",
        min_value=1,
        max_value=MOST_COPIES,
        initial=9,
        help_text="一张A4纸印9块服务牌，或者16个钥匙扣。填1份时按成品尺寸单独成页，适合交给印刷厂。",
        error_messages={
            "invalid": "请填写份数，如：9。",
            "min_value": "至少印1份。",
            "max_value": f"每个网格一次最多印{MOST_COPIES}份。",
        },
    )

    def __init__(self, *args, areas: list[Area], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["copies"].error_messages["required"] = self.fields["copies"].error_messages["invalid"]
        names = {area.code: area.full_name for area in areas}
        groups: dict[str, list[tuple[str, str]]] = {}
        for area in areas:
            community = names.get(area.code_on(Level.COMMUNITY), area.full_name.removesuffix(area.name))
            words = area.full_name if area.level == Level.GRID else f"{area.full_name}（全部网格）"
            groups.setdefault(community, []).append((area.code, words))
        self.fields["area"].choices = list(groups.items())
