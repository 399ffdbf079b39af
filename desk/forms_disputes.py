"""What each step of a dispute asks for, and the verb that carries it out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from cases.forms import Photos, StyledForm, Words
from desk.forms_dispute_register import People, choices_of, clean_mobile, phone_field
from desk.forms_posts import Day, Line
from mediation import codes
from mediation import services as mediation
from mediation.models import Dispute
from mediation.services.intake import month_after
from mediation.states import Action, Kept, Paper, Receiver, RecordKind, Side


class DisputeForm(StyledForm):
    """Base: knows the dispute; `today` fills the dates."""

    def __init__(self, data=None, files=None, *, dispute: Dispute):
        self.dispute = dispute
        super().__init__(data, files, initial=self.known(timezone.localdate()))
        self.prepare()

    def known(self, today) -> dict[str, Any]:
        """What stands in the fields before anybody types."""
        return {name: today for name in self.base_fields if name.endswith("_date") and name != "limit_date"}

    def prepare(self) -> None:
        """Choices that depend on the dispute."""


class AcceptForm(DisputeForm):
    """Until when it has to be resolved."""

    limit_date = Day(label="化解时限", help_text="受理之日起一个月，可以改早。")

    def known(self, today) -> dict[str, Any]:
        """A month."""
        return {"limit_date": month_after(today)}


class AssignForm(DisputeForm):
    """Who mediates; who is not named reads no more between whom it is."""

    lead = People(label="调解员", queryset=User.objects.none(), empty_label="请选择")
    second = People(label="一起调解", queryset=User.objects.none(), required=False, empty_label="不用")
    third = People(label="一起调解", queryset=User.objects.none(), required=False, empty_label="不用")

    def known(self, today) -> dict[str, Any]:
        """Those who mediate now."""
        rows = self.dispute.mediators.filter(ended_at__isnull=True).order_by("-is_lead", "pk")
        return dict(zip(("lead", "second", "third"), rows.values_list("user_id", flat=True), strict=False))

    def prepare(self) -> None:
        """People of the community and its street."""
        near = [person.pk for person in mediation.possible_mediators(self.dispute.case.community)]
        for field in self.fields.values():
            field.queryset = User.objects.filter(pk__in=near).order_by("full_name", "pk")

    @property
    def people(self) -> list[User]:
        """Whom was chosen, the responsible one first."""
        return [self.cleaned_data[name] for name in self.fields if self.cleaned_data[name]]


class PartyForm(DisputeForm):
    """Somebody else who is part of it."""

    side = forms.ChoiceField(label="地位", widget=forms.RadioSelect, choices=Side.choices)
    name = Line(label="姓名", max_length=30)
    phone = phone_field("手机号")
    address = Line(label="住址", max_length=120, required=False)
    told = forms.BooleanField(label="已口头告知：为调解收集姓名、手机号和住址，只给调解员和社区负责人使用")

    def clean_phone(self) -> str:
        """Eleven digits, or nothing."""
        return clean_mobile(self.cleaned_data["phone"])

    @property
    def person(self) -> mediation.Person:
        """As the service takes it."""
        typed = self.cleaned_data
        return mediation.Person(typed["side"], typed["name"], typed["phone"], typed["address"])


class CorrectForm(DisputeForm):
    """What was written down wrongly. The place is not shown again; left empty it stays."""

    category = forms.ChoiceField(label="纠纷类别", choices=choices_of(codes.categories()))
    scale = forms.ChoiceField(label="规模", choices=list(codes.scales().items()), widget=forms.RadioSelect)
    people = forms.IntegerField(label="涉及人数", min_value=2, max_value=9999)
    place = Line(label="具体地点", max_length=120, required=False, help_text="空着就不改。")
    involved_unit = Line(label="涉及单位", max_length=60, required=False)
    account = Words("纠纷经过", rows=5)
    way = forms.ChoiceField(label="化解方式", choices=choices_of(codes.ways()))
    organisation = Line(label="化解组织", max_length=60)
    resolver_contact = Line(label="化解责任人联系方式", max_length=30, required=False, help_text="单位电话。")

    def known(self, today) -> dict[str, Any]:
        """As it stands."""
        return {name: getattr(self.dispute, name) for name in self.base_fields if name != "place"}

    @property
    def changes(self) -> dict[str, Any]:
        """Every field but an empty place."""
        return {name: value for name, value in self.cleaned_data.items() if name != "place" or value}


class RecordForm(DisputeForm):
    """What was asked or said on a day."""

    held_date = Day(label="日期")
    text = Words("记录", rows=6, help_text="只有调解员和社区负责人能看。")


class ExtendForm(DisputeForm):
    """A later limit both sides agreed to."""

    limit_date = Day(label="延长到")
    both_agree = forms.BooleanField(label="双方当事人都同意延长")


class AgreeForm(DisputeForm):
    """人民调解协议书: the parts the law names."""

    facts = Words("纠纷的主要事实和争议事项", rows=4)
    points = Words("协议内容", rows=5, help_text="各方的权利义务，一条一行。")
    performance = Words("履行的方式、地点、期限", rows=3)
    perform_until = Day(label="最晚履行日期", required=False)
    agreed_date = Day(label="协议日期")
    is_oral = forms.BooleanField(label="口头协议，不制作协议书", required=False)

    def known(self, today) -> dict[str, Any]:
        """The facts as they were registered, to be worked on."""
        return {"facts": self.dispute.account, "agreed_date": today}

    @property
    def terms(self) -> mediation.Terms:
        """As the service takes them."""
        return mediation.Terms(**self.cleaned_data)


class FailForm(DisputeForm):
    """Why there is no agreement."""

    why = Words("没有达成协议的原因", rows=3)
    told = forms.BooleanField(label="已告知双方可以申请仲裁、行政裁决或者向人民法院起诉")


class FollowUpForm(DisputeForm):
    """How things stand."""

    kept = forms.ChoiceField(label="协议履行", widget=forms.RadioSelect)
    held_date = Day(label="回访日期")
    text = Words("回访记录", rows=4)

    def prepare(self) -> None:
        """An agreement is kept or not; without one there is nothing to keep."""
        agreed = [(one.value, one.label) for one in Kept if one != Kept.NONE]
        self.fields["kept"].choices = agreed if self.dispute.is_success else [(Kept.NONE.value, Kept.NONE.label)]


class HandOverForm(DisputeForm):
    """To whom, when, with what."""

    receiver = forms.ChoiceField(label="移交给", widget=forms.RadioSelect, choices=Receiver.choices)
    body = Line(label="接收单位", max_length=60, help_text="如：北大司法所。")
    handed_date = Day(label="移交日期")
    what = Words("移交说明和材料", rows=3)


class ScanForm(DisputeForm):
    """Photographed pages of one paper."""

    paper = forms.ChoiceField(label="哪份材料", choices=Paper.choices)
    photos = Photos("照片")

    def known(self, today) -> dict[str, Any]:
        """Once there is an agreement, most likely that."""
        return {"paper": Paper.AGREEMENT if self.dispute.is_success else Paper.APPLICATION}


@dataclass(frozen=True)
class DisputeAct:
    """A step: what it is called, what it asks, what it does with what was typed, and what is said afterwards."""

    label: str
    form: type[DisputeForm]
    do: Callable[..., Any]
    told: str
    explains: str = ""


def _record(kind: str) -> Callable[..., Any]:
    def write(dispute: Dispute, form, **more) -> None:
        mediation.write_record(dispute, kind, form.cleaned_data["text"], form.cleaned_data["held_date"], **more)

    return write


ACTS: dict[Action, DisputeAct] = {
    Action.ACCEPT: DisputeAct(
        "受理", AcceptForm, lambda d, f, **m: mediation.accept(d, f.cleaned_data["limit_date"], **m), "已受理"
    ),
    Action.ASSIGN: DisputeAct(
        "指定调解员",
        AssignForm,
        lambda d, f, **m: mediation.assign(d, f.people, **m),
        "调解员已指定",
        "没有选上的人不再看到当事人和卷宗。",
    ),
    Action.PARTY: DisputeAct(
        "补充当事人", PartyForm, lambda d, f, **m: mediation.add_party(d, f.person, **m), "当事人已补充"
    ),
    Action.CORRECT: DisputeAct(
        "补正登记", CorrectForm, lambda d, f, **m: mediation.correct(d, f.changes, **m), "登记已补正"
    ),
    Action.INVESTIGATE: DisputeAct("写调查记录", RecordForm, _record(RecordKind.INVESTIGATION), "调查记录已存"),
    Action.MEDIATE: DisputeAct("写调解记录", RecordForm, _record(RecordKind.MEDIATION), "调解记录已存"),
    Action.EXTEND: DisputeAct(
        "延长期限",
        ExtendForm,
        lambda d, f, **m: mediation.extend(d, **f.cleaned_data, **m),
        "期限已延长",
    ),
    Action.AGREE: DisputeAct(
        "达成协议",
        AgreeForm,
        lambda d, f, **m: mediation.agree(d, f.terms, **m),
        "协议已登记，请打印，双方签字盖章后存入扫描件",
        "登记以后不能再改。事项随之答复：经调解，双方达成协议。",
    ),
    Action.FAIL: DisputeAct(
        "调解不成", FailForm, lambda d, f, **m: mediation.fail(d, f.cleaned_data["why"], **m), "已登记调解不成"
    ),
    Action.FOLLOW_UP: DisputeAct(
        "回访",
        FollowUpForm,
        lambda d, f, **m: mediation.follow_up(d, *(f.cleaned_data[n] for n in ("kept", "text", "held_date")), **m),
        "回访已登记",
    ),
    Action.HAND_OVER: DisputeAct(
        "移交",
        HandOverForm,
        lambda d, f, **m: mediation.hand_over(
            d, *(f.cleaned_data[n] for n in ("receiver", "body", "what", "handed_date")), **m
        ),
        "已登记移交",
        "移交以后本级不再调解，事项随之答复。",
    ),
    Action.SCAN: DisputeAct(
        "存入扫描件",
        ScanForm,
        lambda d, f, **m: mediation.add_scans(d, f.cleaned_data["paper"], f.cleaned_data["photos"], **m),
        "扫描件已存入",
        "拍下纸质材料，一次最多六张。",
    ),
    Action.ARCHIVE: DisputeAct(
        "归档", DisputeForm, lambda d, f, **m: mediation.archive(d, **m), "已归档", "归档以后不能再改。"
    ),
}
