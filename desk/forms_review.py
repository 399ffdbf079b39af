"""How a record from a phone is settled: what staff choose, and the household where another one was meant."""

from django import forms

from cases.forms import StyledForm, Words
from desk.forms_posts import Line
from households.doors import MOST_TYPED
from households.models import Household
from households.search import find
from visits.models import Submission
from visits.services.settling import MOST_REASON, ways
from visits.states import Settlement

EXPLAINED = {
    Settlement.RECORD: "按记录里的住户，记在那一天所在的网格，算记录人走访的。",
    Settlement.OTHER: "记录里的住户不对，下面写明是哪一户。",
    Settlement.LATER: "先收到的留在历史里。",
    Settlement.BOTH: "算两次走访。",
    Settlement.FIRST: "后收到的留在历史里。",
    Settlement.DROP: "不算走访，原件保留，理由记录人会看到。",
}


class SettleForm(StyledForm):
    """One choice; a household for 记到另一户, a reason for 不记."""

    how = forms.ChoiceField(label="怎么记", widget=forms.RadioSelect)
    door = Line(
        label="记到哪一户",
        required=False,
        max_length=MOST_TYPED,
        help_text="只在“记到另一户”时填，如：食品厂 3-2-501。",
    )
    reason = Words("说明", rows=2, required=False, limit=MOST_REASON, help_text="选“不记”要写明理由，记录人会看到。")

    def __init__(self, data=None, *, row: Submission, user):
        super().__init__(data)
        self.row, self.user = row, user
        self.ways = ways(row)
        self.fields["how"].choices = [(way.value, way.label) for way in self.ways]
        self.fields["how"].initial = None
        if Settlement.OTHER not in self.ways:
            del self.fields["door"]
        if Settlement.DROP not in self.ways:
            self.fields["reason"].help_text = "如：问过记录人。记录人会看到。"

    @property
    def choices(self) -> list[tuple[str, str, str, bool]]:
        """(value, label, what it means, chosen) of each way."""
        chosen = self.data.get("how")
        return [(way.value, way.label, EXPLAINED[way], way.value == chosen) for way in self.ways]

    def clean(self) -> dict:
        """Adds `household`, and says where a door or a reason is missing."""
        cleaned = super().clean()
        cleaned["household"] = None
        if cleaned.get("how") == Settlement.OTHER:
            cleaned["household"] = self._household(cleaned.get("door", ""))
        if cleaned.get("how") == Settlement.DROP and not cleaned.get("reason", "").strip():
            self.add_error("reason", "请写明为什么不记，记录人会看到。")
        return cleaned

    def _household(self, typed: str) -> Household | None:
        if not typed.strip():
            self.add_error("door", "请写明记到哪一户，如：食品厂 3-2-501。")
            return None
        found = find(Household.objects.visible_to(self.user).living(), typed, limit=2).rows
        if len(found) == 1:
            return found[0]
        words = "有几户都能对上，请写上小区名。" if found else "没有找到这一户，请核对门牌，或者先登记住户。"
        self.add_error("door", words)
        return None
