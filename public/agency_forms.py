"""What residents fill in to have an errand run."""

from django import forms

from agency import services as agency
from agency.models import AgencyItem
from agency.rules import secret_in
from agency.states import Way
from grids.models import Compound
from public import errand
from public.forms import PersonForm, Phone, WhereForm, Words

MAX_TEXT = 500
KEPT = "您填写的其他内容都还在。"


class Harmless(Words):
    """Words without a bank card's number or a password; what was typed is shown again, so that it can be taken out."""

    def validate(self, value: str) -> None:
        """Refuses in plain words, under the field itself."""
        super().validate(value)
        if wrong := secret_in(value):
            raise forms.ValidationError(f"{wrong}{KEPT}")


class ErrandForm(WhereForm, PersonForm):
    """The four questions. The phone is needed: somebody calls to agree on a time."""

    item = forms.CharField(label="要办什么", error_messages={"required": "请选择要办什么。"})
    text = Harmless("补充说明", longest=MAX_TEXT)
    way = forms.ChoiceField(
        label="怎么交接",
        choices=Way.choices,
        error_messages={"required": "请选择怎么交接。", "invalid_choice": "请重新选择怎么交接。"},
    )
    place = Harmless("楼号门牌", longest=60, one_line=True)
    name = Harmless("称呼", longest=30, required="请填写怎样称呼您，如：马大爷。", one_line=True)
    phone = Phone("请填写手机号，我们用它与您联系。")

    def clean_item(self) -> AgencyItem:
        """An item that is offered."""
        found = errand.guide(self.cleaned_data["item"])
        if found is None:
            raise forms.ValidationError("这一项现在不代办，请重新选择。")
        return found.item

    def clean(self) -> dict:
        """Some items need words; somebody who is to come needs a door."""
        super().clean()
        data = self.cleaned_data
        item = data.get("item")
        if item and item.needs_words and not data.get("text") and not self.has_error("text"):
            self.add_error("text", f"请写一写{item.ask}。")
        at_home = data.get("way") == Way.HOME and not self.has_error("place")
        if at_home and not data.get("place"):
            self.add_error("place", "请人上门的，请写楼号门牌，如：第一食品厂家属院3号楼2单元501。")
        return data

    def asking(self) -> agency.Asked:
        """What the intake gets."""
        data, place = self.cleaned_data, self.place_asked()
        found = data["compound"]
        return agency.Asked(
            item=data["item"],
            area=place["area"],
            compound=Compound(pk=found.pk, name=found.name) if found else None,
            door=data["place"],
            words=data["text"],
            way=data["way"],
            name=data["name"],
            phone=data["phone"],
            wants_sms=data["wants_sms"],
            notice=self.shown_notice(),
            submission=self.once(
                "agency", data["item"].code, data["way"], place["area"].code, data["place"], data["text"]
            ),
        )
