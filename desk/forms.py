"""Forms of the desk's own: registering for somebody, deciding on a request."""

import uuid

from django import forms

from accounts.models import User
from cases.forms import MAX_REASON, Photos, StyledForm, Words
from cases.models import Category
from cases.services import Request
from cases.states import Channel
from common.normalise import clean_phone, clean_text
from grids.levels import Level, code_at
from grids.models import Area, Compound, Posting
from grids.permissions import Ability
from grids.scope import postings_of

MAX_TEXT = 4000
CHANNELS = (Channel.VISIT, Channel.PHONE, Channel.COUNTER, Channel.GROUP, Channel.HOTLINE)


class DecisionForm(StyledForm):
    """同意 or 退回; sending back needs a reason. With a unit's request to return its case the words are others."""

    decision = forms.ChoiceField(label="意见", choices=[("agree", "同意"), ("return", "退回")])
    note = Words("退回理由", rows=2, required=False, limit=MAX_REASON)

    def __init__(self, *args, of_return: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.refusing = "不同意" if of_return else "退回"

    def clean(self) -> dict:
        """{"agreed": bool, "note": str}."""
        cleaned = super().clean()
        agreed = cleaned.get("decision") == "agree"
        if cleaned.get("decision") == "return" and not cleaned.get("note"):
            self.add_error("note", f"{self.refusing}要写明理由，申请人会看到。")
        return {"agreed": agreed, "note": cleaned.get("note", "")}


class GroupedSelect(forms.ModelChoiceField):
    """A choice of one row among groups: `groups` is [(label, [(row, words), …]), …]."""

    def group(self, queryset, groups) -> None:
        """Set the rows that may be chosen and how they are shown."""
        self.queryset = queryset
        shown = [(label, [(row.pk, words) for row, words in rows]) for label, rows in groups]
        self.widget.choices = [("", self.empty_label), *shown]


def _nested(one: str, other: str) -> bool:
    """True where one area contains the other."""
    return one.startswith(other) or other.startswith(one)


def category_groups() -> tuple:
    """The categories in use, and how they are shown: by their top category."""
    rows = list(Category.objects.active().order_by("order", "code"))
    children: dict[int, list[Category]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    groups = [(top.name, [(row, row.name) for row in children.get(top.pk, [top])]) for top in children.get(None, [])]
    return Category.objects.active(), groups


class PlacedForm(StyledForm):
    """What a member of staff enters for somebody who lives on the own ground: where, and who.

    A subclass has the fields `submission`, `area`, `compound`, `place`, `name`, `phone` and `told`.
    """

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        postings = [posting for posting in postings_of(user) if Ability.REGISTER in posting.post.grants]
        self.codes = sorted(posting.area_id for posting in postings if posting.area_id)
        self.own_compounds = Compound.objects.in_use().filter(pk__in=[p.compound_id for p in postings if p.compound_id])
        self.fields["submission"].initial = uuid.uuid4
        # Who names the compound need not name its grid.
        self.fields["area"].required = not self.data.get("compound")
        self._offer_places()
        self._offer_compounds()

    def _offer_places(self) -> None:
        field, queryset = self.fields["area"], Area.objects.none()
        for code in self.codes:
            queryset = queryset | Area.objects.in_service().beneath(code)
        queryset = queryset | Area.objects.in_service().filter(pk__in=self.own_compounds.values("area"))
        queryset = queryset.filter(level__lte=Level.COMMUNITY)
        rows = list(queryset.order_by("code"))
        groups: dict[str, list] = {}
        for row in rows:
            of_grid = row.level == Level.GRID
            community = row.full_name.removesuffix(row.name) if of_grid else row.full_name
            groups.setdefault(community, []).append(
                (row, row.full_name if of_grid else f"{row.full_name}（网格不清楚）")
            )
        field.group(queryset, groups.items())
        if len(rows) == 1:
            field.initial = rows[0].pk

    def _offer_compounds(self) -> None:
        """Compounds in the areas one registers for, those a community shares, and those of compound-level posts."""
        queryset = self.own_compounds
        for code in self.codes:
            queryset = queryset | Compound.objects.in_use().beneath(code)
            queryset = queryset | Compound.objects.in_use().filter(area=code_at(code, Level.COMMUNITY))
        rows = list(queryset.select_related("area").order_by("community", "name", "pk"))
        groups: dict[str, list] = {}
        for row in rows:
            area = row.area
            community = area.full_name.removesuffix(area.name) if row.level == Level.GRID else area.full_name
            groups.setdefault(community, []).append((row, row.name))
        self.fields["compound"].group(queryset, groups.items())
        if not self.codes and len(rows) == 1:
            self.fields["compound"].initial = rows[0].pk

    def clean_place(self) -> str:
        """One clean line."""
        return " ".join(clean_text(self.cleaned_data["place"]).split())

    def clean_name(self) -> str:
        """One clean line."""
        return " ".join(clean_text(self.cleaned_data["name"]).split())

    def clean_phone(self) -> str:
        """Eleven digits, or nothing."""
        typed = self.cleaned_data["phone"]
        if not typed.strip():
            return ""
        try:
            return clean_phone(typed)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict:
        """Told before anything is kept; area and compound fit each other."""
        cleaned = super().clean()
        if (cleaned.get("name") or cleaned.get("phone")) and not cleaned.get("told"):
            self.add_error("told", "留了称呼或手机号，请先口头告知，再勾选。")
        self._judge_place(cleaned)
        return cleaned

    def _judge_place(self, cleaned: dict) -> None:
        """Area and compound fit each other; the compound alone says the area; compound-level posts report their own."""
        area, compound = cleaned.get("area"), cleaned.get("compound")
        if compound and not area and not self.has_error("area"):
            area = cleaned["area"] = self.fields["area"].queryset.filter(pk=compound.area_id).first()
            if area is None:
                self.add_error("area", "这个小区由几个网格共管，请选择发生地。")
        if area and compound and not _nested(area.code, compound.area_id):
            self.add_error("compound", "这个小区不在所选的发生地，请重新选择小区或发生地。")
        if area and not compound and not any(area.code.startswith(code) for code in self.codes):
            self.add_error("compound", "请选择您负责的小区。")


class RegisterForm(PlacedForm):
    """A request that a member of staff enters for somebody."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label="怎么反映来的", widget=forms.RadioSelect, choices=[(c.value, c.label) for c in CHANNELS]
    )
    external_number = forms.CharField(label="12345编号", max_length=40, required=False)
    external_due_at = forms.DateTimeField(
        label="12345要求的办结时间",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        help_text="本系统的延期不会超过这个时间。",
    )
    category = GroupedSelect(label="类别", queryset=Category.objects.none(), empty_label="请选择类别")
    area = GroupedSelect(label="发生地", queryset=Area.objects.none(), empty_label="请选择社区或网格")
    compound = GroupedSelect(
        label="小区", queryset=Compound.objects.none(), required=False, empty_label="不清楚或不在小区里"
    )
    place = forms.CharField(label="具体地点", max_length=120, required=False)
    text = Words("反映内容", rows=5, limit=MAX_TEXT, help_text="微信群里的话可以直接粘贴；请勿填报国家秘密、工作秘密。")
    photos = Photos()
    name = forms.CharField(label="反映人称呼", max_length=30, required=False)
    phone = forms.CharField(
        label="手机号", max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    wants_sms = forms.BooleanField(label="短信告知进展", required=False)
    withheld = forms.BooleanField(label="反映人要求不让经办人员看到联系方式", required=False)
    told = forms.BooleanField(label="已口头告知：为办理和回访收集称呼和手机号，只给经办人员使用", required=False)
    title = forms.CharField(
        label="公开标题", max_length=60, required=False, help_text="居民可见，不写姓名、电话和门牌号。"
    )
    urgent = forms.BooleanField(label="紧急", required=False, help_text="有人身安全风险时选，按小时计时。")
    about = forms.ModelChoiceField(
        label="反映工作人员",
        queryset=User.objects.none(),
        required=False,
        empty_label="不涉及工作人员",
        help_text="选了以后由上一级办理，本人看不到。",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["category"].group(*category_groups())
        self._offer_people(user)

    def _offer_people(self, user) -> None:
        posted = Posting.objects.none()
        for code in self.codes:
            posted = posted | Posting.objects.current().filter(area__code__startswith=code)
        people = User.objects.filter(pk__in=posted.values("user")).exclude(pk=user.pk)
        self.fields["about"].queryset = people.order_by("full_name", "pk")

    def clean_title(self) -> str:
        """One clean line."""
        return " ".join(clean_text(self.cleaned_data["title"]).split())

    def clean_external_number(self) -> str:
        """One clean line."""
        return " ".join(clean_text(self.cleaned_data["external_number"]).split())

    def clean(self) -> dict:
        """Rules that need two fields."""
        cleaned = super().clean()
        if cleaned.get("channel") == Channel.HOTLINE and not cleaned.get("external_number"):
            self.add_error("external_number", "12345转办的事项请填写工单编号。")
        return cleaned

    def request(self) -> Request:
        """What the intake takes."""
        names = (
            "submission", "channel", "category", "area", "compound", "place", "text", "photos", "name", "phone", "wants_sms",
            "withheld", "title", "urgent", "about",
        )  # fmt: skip
        kept = {name: self.cleaned_data[name] for name in names}
        if self.cleaned_data["channel"] == Channel.HOTLINE:
            kept |= {name: self.cleaned_data[name] for name in ("external_number", "external_due_at")}
        return Request(**kept)
