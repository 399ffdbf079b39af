"""What staff do to a wish, through its pages, with the named cast."""

import pytest
from django.urls import reverse

from cases.models import Case, Category
from common.errors import DomainError
from conftest import XINCUN
from desk.forms_wishes import ACTS
from wishes import services as wishes
from wishes.models import WishEvent
from wishes.roles import may_reveal, open_actions, roles_of
from wishes.states import TABLE, Action, Status, Who

pytestmark = pytest.mark.django_db
PUBLIC = {"title": "想要一副老花镜", "public_text": "看药盒上的字吃力，300度左右。", "price": "50"}


@pytest.fixture
def do(client):
    """do(user, wish, action, field=value, …) sends the form of an action as its page would; `wish` is brought up to date."""

    def send(user, wish, action, *, seen=None, **typed):
        client.force_login(user)
        fields = {f"{action}-{name}": value for name, value in typed.items()}
        if seen is None:
            wish.refresh_from_db()
            seen = wish.event_count
        answer = client.post(reverse("desk:wish-act", args=[wish.number, action]), {**fields, "seen": seen})
        wish.refresh_from_db()
        return answer

    return send


@pytest.fixture
def delivered(do, make_wish, make_volunteer, chen):
    """A wish that 何平 has reported done, and the claim."""
    wish = make_wish()
    do(chen, wish, "publish", **PUBLIC)
    claim = wishes.claim(wish, by=make_volunteer())
    wishes.deliver(claim, proof="戴着正好", by=claim.claimer)
    return wish, claim


def test_reviewed_and_on_the_wall(do, make_wish, chen):
    wish = make_wish()
    answer = do(chen, wish, "publish", **PUBLIC, effort="", care_label="独居老人", joint="on")
    assert answer["Location"] == wish.get_absolute_url()
    assert (wish.status, wish.title, wish.price, wish.care_label, wish.joint, wish.published_by) == (
        Status.WAITING, "想要一副老花镜", 50, "独居老人", True, chen,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("刘秀英看药盒吃力", "里面有心愿人的姓名"),
        ("请打13800001234", "里面有电话"),
        ("送到3号楼2单元501", "里面有楼号门牌"),
        ("给200元现金就行", "不收现金"),
    ],
)
def test_private_words_are_refused_beside_the_field_and_kept(do, make_wish, chen, text, why):
    wish = make_wish()
    answer = do(chen, wish, "publish", title="想要一副老花镜", public_text=text, price="50")
    page = answer.content.decode()
    assert answer.status_code == 200 and wish.status == Status.PENDING
    assert why in page and text in page and 'value="50"' in page and "看药盒上的字吃力，想要一副老花镜" in page
    assert answer.context["form"]["public_text"].errors


def test_a_preview_changes_nothing(client, make_wish, chen):
    wish = make_wish()
    client.force_login(chen)
    fields = {f"publish-{name}": value for name, value in (PUBLIC | {"care_label": "独居老人"}).items()}
    address = reverse("desk:wish-act", args=[wish.number, "publish"])
    page = client.post(address, {**fields, "seen": 1, "preview": "1"}).content.decode()
    assert "心愿墙上会这样显示" in page and "北大街道　独居老人" in page and "约50元" in page
    wish.refresh_from_db()
    assert (wish.status, wish.title, wish.event_count) == (Status.PENDING, "", 1)


def test_of_a_child_no_label_is_asked(do, client, make_wish, chen):
    wish = make_wish(for_whom="child", guardian_consents=True)
    client.force_login(chen)
    page = client.get(reverse("desk:wish-act", args=[wish.number, "publish"])).content.decode()
    assert "公开标签" not in page
    refused = do(chen, wish, "publish", title="一盏台灯", public_text="在文化街小学读书").content.decode()
    assert "孩子的心愿不写学校" in refused
    do(chen, wish, "publish", title="一盏台灯", public_text="晚上写作业用", care_label="困境儿童")
    assert wish.status == Status.WAITING and wish.care_label == ""


def test_back_for_more_and_completed(do, make_wish, chen, wang):
    wish = make_wish()
    assert "请填写理由" in do(chen, wish, "return", reason=" ").content.decode()
    do(chen, wish, "return", reason="请写清度数")
    assert (wish.status, wish.reason) == (Status.RETURNED, "请写清度数")
    do(wang, wish, "complete", text="300度")
    assert wish.status == Status.PENDING and wish.text.endswith("补充：300度")


def test_refused_with_a_reason(do, make_wish, chen):
    wish = make_wish()
    do(chen, wish, "refuse", reason="超出微心愿范围")
    assert (wish.status, wish.reason) == (Status.REFUSED, "超出微心愿范围")


def test_trouble_becomes_a_case(do, make_wish, chen):
    wish = make_wish(text="楼道灯坏了")
    light = Category.objects.get(code="light-street")
    assert "两样填一样" in do(chen, wish, "to_case").content.decode()
    assert "没有找到" in do(chen, wish, "to_case", case="WD2611230000000").content.decode()
    do(chen, wish, "to_case", category=light.pk)
    assert wish.status == Status.CASE and wish.case.category == light


def test_a_wish_joins_a_case_one_may_see_and_no_other(do, make_wish, make_case, chen):
    wish, case, elsewhere = make_wish(), make_case(), make_case(area="411002008001")
    assert "没有找到" in do(chen, wish, "to_case", case=elsewhere.number).content.decode()
    do(chen, wish, "to_case", case=case.number)
    assert wish.case == case and Case.objects.count() == 2


def test_other_words_off_the_wall_and_on_again(do, make_wish, chen):
    wish = make_wish()
    do(chen, wish, "publish", **PUBLIC)
    do(chen, wish, "reword", **PUBLIC | {"title": "一副300度的老花镜"})
    assert wish.title == "一副300度的老花镜"
    do(chen, wish, "take_down", reason="和另一个重复")
    assert wish.status == Status.TAKEN_DOWN
    do(chen, wish, "put_back")
    assert wish.status == Status.WAITING


def test_confirmed_followed_up_and_thanked(do, delivered, wang):
    wish, _ = delivered
    do(wang, wish, "confirm", thanks="看得清了", thanks_public="on")
    assert (wish.status, wish.thanks, wish.thanks_public) == (Status.FULFILLED, "看得清了", True)
    do(wang, wish, "follow_up", text="老人满意")
    do(wang, wish, "thank", thanks="真的谢谢")
    assert (wish.status, wish.thanks) == (Status.FOLLOWED_UP, "真的谢谢")


def test_not_yet_and_revoked(do, delivered, wang, chen):
    wish, claim = delivered
    do(wang, wish, "not_yet", text="没人来过")
    assert wish.status == Status.WORKING
    do(chen, wish, "release", reason="联系不上")
    claim.refresh_from_db()
    assert wish.status == Status.WAITING and claim.reason == "联系不上"


def test_cancelled_for_the_wisher_and_a_note(do, make_wish, wang):
    wish = make_wish()
    do(wang, wish, "note", text="电话里问过")
    do(wang, wish, "cancel", reason="自己买到了")
    assert wish.status == Status.CANCELLED
    assert WishEvent.objects.filter(wish=wish, action="note", note="电话里问过").exists()


def test_nobody_is_offered_to_confirm_the_own_claim(do, client, make_wish, wang, he, chen):
    wish = make_wish()
    do(chen, wish, "publish", **PUBLIC)
    wishes.enrol(wang, community=wish.area)
    claim = wishes.claim(wish, by=wang)
    wishes.deliver(claim, by=wang)
    client.force_login(wang)
    page = client.get(wish.get_absolute_url()).content.decode()
    assert "确认实现" not in page and "由心愿人或别的同事确认" in page and "还没实现" in page
    assert client.get(reverse("desk:wish-act", args=[wish.number, "confirm"])).status_code == 403
    assert do(wang, wish, "confirm", thanks="谢谢").status_code == 403 and wish.status == Status.CONFIRMING
    with pytest.raises(DomainError, match="别的同事"):
        wishes.confirm(wish, by=wang)
    client.force_login(he)
    page = client.get(wish.get_absolute_url()).content.decode()
    assert "确认实现" in page and "由心愿人或别的同事确认" not in page


def test_a_stale_page_is_told_and_keeps_what_was_typed(do, make_wish, chen, wang):
    wish = make_wish()
    seen = wish.event_count
    wishes.note(wish, text="看过了", by=wang)
    answer = do(chen, wish, "publish", seen=seen, **PUBLIC)
    page = answer.content.decode()
    assert answer.status_code == 409 and "备注" in page and PUBLIC["public_text"] in page
    assert wish.status == Status.PENDING
    wishes.refuse(wish, reason="重复", by=chen)
    gone = do(chen, wish, "publish", seen=seen, **PUBLIC)
    assert gone.status_code == 409 and "不能再审核通过" in gone.content.decode()


def test_who_sees_it_but_may_not_gets_403_and_others_404(do, make_wish, wang, outsider, clerk, sun):
    wish = make_wish()
    for user, action, status in (
        (wang, "publish", 403), (sun, "publish", 403), (outsider, "publish", 404), (clerk, "note", 403),
        (wang, "confirm", 403), (wang, "claim", 404), (wang, "nonsense", 404),
    ):  # fmt: skip
        assert do(user, wish, action).status_code == status, (user, action)
    assert wish.event_count == 1


def test_a_link_alone_changes_nothing(client, make_wish, chen):
    wish = make_wish()
    client.force_login(chen)
    for action in ("publish", "refuse", "cancel"):
        assert client.get(reverse("desk:wish-act", args=[wish.number, action])).status_code == 200
    assert client.post(reverse("desk:wish", args=[wish.number])).status_code == 405
    wish.refresh_from_db()
    assert wish.status == Status.PENDING


def test_every_action_of_staff_has_a_form_and_every_form_a_way(make_wish):
    staff = {action for (_, action), rule in TABLE.items() if rule.who & {Who.STAFF, Who.REVIEWER}}
    assert set(ACTS) == staff


def test_roles_come_from_postings_that_cover_the_wish(make_wish, wang, he, chen, zhao, qian, sun, li, outsider, clerk):
    wish = make_wish()
    both = {Who.STAFF, Who.REVIEWER}
    expected = {wang: {Who.STAFF}, he: both, chen: both, zhao: both, qian: both, sun: {Who.STAFF}}
    for user in (wang, he, chen, zhao, qian, sun, li, outsider, clerk):
        assert roles_of(wish, user) == expected.get(user, set()), user
    elsewhere = make_wish(area=f"{XINCUN}001")
    assert roles_of(elsewhere, wang) == set() and open_actions(elsewhere, wang) == []
    assert Action.PUBLISH in open_actions(elsewhere, chen)
    assert may_reveal(wish, wang) and not may_reveal(wish, qian) and not may_reveal(elsewhere, wang)
