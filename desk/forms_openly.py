"""What is asked before something of a case stands in the public ledger."""

from django import forms

from cases.forms import CaseForm, Words
from cases.models import Case, CasePhoto, Event, Publication
from cases.services import publishing
from cases.states import Action
from common.templatetags.weidu import cn_date
from desk.forms_posts import Line

_ANSWERS = (Action.REPLY, Action.RESOLVE, Action.EXPLAIN)


class PhotoChoice(forms.ModelChoiceField):
    """One of the photos staff took of the case, or none; told by its number in the row of photos above."""

    def __init__(self, label: str):
        # blank: without it Django drops the empty choice of radio buttons, and a chosen photo could not be left out.
        super().__init__(
            label=label, queryset=None, required=False, blank=True, widget=forms.RadioSelect, empty_label="不用"
        )

    def number(self, photos: list[CasePhoto]) -> None:
        """Choose among these, numbered from one."""
        self.numbers = {held.pk: number for number, held in enumerate(photos, start=1)}
        self.queryset = CasePhoto.objects.filter(pk__in=self.numbers).select_related("photo").order_by("pk")

    def label_from_instance(self, held: CasePhoto) -> str:
        """第1张，11月18日."""
        return f"第{self.numbers[held.pk]}张，{cn_date(held.photo.created_at)}"


class PublishForm(CaseForm):
    """Title, what was wrong, what was done, where; and a pair of photos."""

    title = Line(label="公开标题", max_length=60, help_text="如：背街路灯6盏不亮。")
    text = Words("反映了什么", rows=3, limit=500, help_text="用自己的话写，不照抄原话，不写姓名、电话和门牌号。")
    reply = Words("办理情况和答复", rows=4, limit=800, required=False, help_text="现在办到哪一步，做了什么。")
    place = Line(
        label="地点", max_length=60, required=False,
        help_text=f"小区或路名，不写楼号门牌。不到{publishing.SMALL_COMPOUND}户的小区只显示社区。",
    )  # fmt: skip
    before = PhotoChoice("改造前照片")
    after = PhotoChoice("改造后照片")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.secrets = publishing.secrets_of(self.case)
        self.photos = list(publishing.photos_for(self.case))
        for name in ("before", "after"):
            self.fields[name].number(self.photos)
            if not self.photos:
                del self.fields[name]
        self.initial = _prefilled(self.case, self.secrets) | self.initial

    def clean(self) -> dict:
        """What may not stand in public is said beside the field it stands in."""
        cleaned = super().clean()
        cleaned["place"] = publishing.fit_place(self.secrets, cleaned.get("place", ""))
        for name, fault in publishing.faults(self.secrets, self.words).items():
            if not self.has_error(name):
                self.add_error(name, f"{fault}。")
        if cleaned.get("before") and cleaned.get("before") == cleaned.get("after"):
            self.add_error("after", "前后选了同一张照片，请另选一张。")
        return cleaned

    @property
    def words(self) -> publishing.Words:
        """What was typed."""
        typed = self.cleaned_data
        return publishing.Words(*(typed.get(name, "") for name in ("title", "text", "reply", "place")))


def _prefilled(case: Case, secrets: publishing.Secrets) -> dict:
    """What stands there now; else the public title and the newest public reply."""
    standing = Publication.objects.filter(case=case).first()
    if standing is not None:
        return {name: getattr(standing, name) for name in ("title", "text", "reply", "place", "before", "after")}
    told = Event.objects.filter(case=case, action__in=_ANSWERS).exclude(public_text="").order_by("-number").first()
    reply = told.public_text[:800] if told else ""
    return {"title": case.title, "reply": reply, "place": publishing.usual_place(case, secrets)}
