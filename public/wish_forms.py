"""What residents fill in about micro-wishes."""

from django import forms

from public.forms import PersonForm, Phone, WhereForm, Words
from wishes import services as wishes
from wishes.states import ForWhom, Kind

MAX_WISH, MAX_MORE, MAX_WORDS = 1000, 500, 100
REAL, NOT_YET = "real", "not_yet"


class WishForm(WhereForm, PersonForm):
    """The five questions. The phone is needed: whoever claims the wish has to reach the wisher."""

    for_whom = forms.ChoiceField(
        label="替谁提",
        choices=ForWhom.choices,
        error_messages={"required": "请选择替谁提。", "invalid_choice": "请重新选择替谁提。"},
    )
    guardian_consents = forms.BooleanField(label="我是孩子的监护人，同意代为提出", required=False)
    kind = forms.ChoiceField(
        label="类型",
        choices=Kind.choices,
        error_messages={"required": "请选择是哪一种心愿。", "invalid_choice": "请重新选择是哪一种心愿。"},
    )
    text = Words("心愿", longest=MAX_WISH, required="请写一写想要什么。")
    place = Words("楼号门牌", longest=60, one_line=True)
    phone = Phone("请填写手机号，社区和认领人用来联系您。")

    def clean(self) -> dict:
        """A child's wish needs the guardian (个人信息保护法 art. 31)."""
        super().clean()
        if self.cleaned_data.get("for_whom") == ForWhom.CHILD and not self.cleaned_data.get("guardian_consents"):
            self.add_error("guardian_consents", "孩子的心愿由监护人提出，请勾选“我是孩子的监护人，同意代为提出”。")
        return self.cleaned_data

    def asking(self) -> wishes.Asked:
        """What the intake gets."""
        data, place = self.cleaned_data, self.place_asked()
        child = data["for_whom"] == ForWhom.CHILD
        return wishes.Asked(
            kind=data["kind"],
            for_whom=data["for_whom"],
            text=data["text"],
            name=data["name"],
            phone=data["phone"],
            wants_sms=data["wants_sms"],
            guardian_consents=child and data["guardian_consents"],
            notice=self.shown_notice(),
            submission=self.once(
                "wish", data["for_whom"], data["kind"], place["area"].code, data["place"], data["text"]
            ),
            **place,
        )


class MoreForm(forms.Form):
    """What the community asked for."""

    text = Words("补充的内容", longest=MAX_MORE, required="请写上要补充的内容。")


class ThanksForm(forms.Form):
    """Words for whoever made it come true; others read them only where the wisher agrees."""

    thanks = Words("感谢的话", longest=MAX_WORDS, required="请写一句感谢的话。", one_line=True)
    thanks_public = forms.BooleanField(label="可以公开在心愿墙上", required=False)


class RealForm(forms.Form):
    """Did it come true, and what one would like to say."""

    outcome = forms.ChoiceField(
        label="心愿实现了吗",
        choices=[(REAL, "实现了"), (NOT_YET, "还没实现")],
        error_messages={"required": "请选择心愿是否实现。", "invalid_choice": "请重新选择心愿是否实现。"},
    )
    words = Words("想说的话", longest=MAX_WORDS, one_line=True)
    thanks_public = forms.BooleanField(label="感谢的话可以公开在心愿墙上", required=False)
