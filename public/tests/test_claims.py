"""我的认领: claiming, how to reach the wisher, progress, done, and what stays hidden."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from files.models import Photo
from public.tests.conftest import picture
from public.wish_keys import key_of
from wishes import services as wishes
from wishes.models import Claim, Wish
from wishes.states import ClaimStatus, Status

pytestmark = pytest.mark.django_db
NAME, DOOR, PHONE = "刘秀英", "3号楼2单元501", "13800001234"
SECRETS = (NAME, DOOR, PHONE)


@pytest.fixture
def on_the_wall(make_wish, chen):
    """A published wish: on_the_wall(joint=…)."""

    def make(*, joint: bool = False, title: str = "想要一副老花镜", **more) -> Wish:
        wish = make_wish(at=timezone.now() - timedelta(days=2), **more)
        wishes.publish(wish, wishes.PublicWords(title, "看药盒上的字吃力，300度左右。", joint=joint), by=chen)
        return wish

    return make


@pytest.fixture
def helper(make_volunteer):
    return make_volunteer()


@pytest.fixture
def other(make_volunteer):
    return make_volunteer("li_min", "李敏")


@pytest.fixture
def browser(helper) -> Client:
    return signed_in(helper)


def signed_in(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def text_of(answer) -> str:
    return answer.content.decode()


def act(claim: Claim, action: str) -> str:
    return reverse("public:claim-act", args=[claim.uuid, action])


def test_the_page_before_claiming_says_what_it_means_and_nothing_about_the_wisher(browser, on_the_wall):
    wish = on_the_wall()
    page = browser.get(reverse("public:wish-claim", args=[key_of(wish)]))
    assert "300度" in text_of(page) and "7天没有报进展" in text_of(page) and "不收现金" in text_of(page)
    assert "no-store" in page["Cache-Control"] and not any(one in text_of(page) for one in SECRETS)


def test_claiming_leads_to_the_claim(browser, on_the_wall, helper):
    wish, day = on_the_wall(), timezone.localdate() + timedelta(days=3)
    answer = browser.post(reverse("public:wish-claim", args=[key_of(wish)]), {"plan_date": day.isoformat()})
    made = Claim.objects.get()
    assert answer.url == reverse("public:claim", args=[made.uuid])
    assert (made.claimer, made.plan_date, made.unit) == (helper, day, None)
    page = text_of(browser.get(answer.url))
    assert "打开" in page and not any(one in page for one in SECRETS)
    again = browser.get(reverse("public:wish-claim", args=[key_of(wish)]))
    assert again.url == answer.url, "one's own claim is not offered again"


def test_a_day_that_is_over_is_refused_beside_the_field(browser, on_the_wall):
    wish = on_the_wall()
    page = browser.post(reverse("public:wish-claim", args=[key_of(wish)]), {"plan_date": "2020-01-01"})
    assert "已经过去" in text_of(page) and 'value="2020-01-01"' in text_of(page)
    assert not Claim.objects.exists()


def test_who_comes_second_is_told_at_once_with_the_way_to_the_wall(browser, on_the_wall, other):
    wish = on_the_wall()
    wishes.claim(wish, by=other)
    path = reverse("public:wish-claim", args=[key_of(wish)])
    for answer, status in ((browser.get(path), 200), (browser.post(path), 409)):
        assert answer.status_code == status
        assert "刚刚被别人认领" in text_of(answer) and 'href="/wishes/"' in text_of(answer)


def test_a_wish_taken_between_look_and_press_is_refused_in_the_words_of_the_service(
    browser, on_the_wall, other, monkeypatch
):
    from public import claimed
    from wishes.services.acting import TAKEN

    wish = on_the_wall()
    looked = claimed.claimable(wish.number)
    wishes.claim(wish, by=other)
    looks = iter([looked, None])
    monkeypatch.setattr(claimed, "claimable", lambda number: next(looks))
    answer = browser.post(reverse("public:wish-claim", args=[key_of(wish)]))
    assert answer.status_code == 409 and TAKEN in text_of(answer) and 'href="/wishes/"' in text_of(answer)


def test_what_is_not_on_the_wall_looks_like_what_never_was(browser, make_wish, on_the_wall, chen):
    pending, down = make_wish(), on_the_wall()
    wishes.take_down(down, reason="重复", by=chen)
    pages = [browser.get(reverse("public:wish-claim", args=[key])) for key in (key_of(pending), key_of(down), "WX0")]
    assert {page.status_code for page in pages} == {404}
    assert all("已不在墙上" in text_of(page) for page in pages)


def test_the_cap_is_said_on_the_page_of_the_wish(browser, on_the_wall, helper):
    for _ in range(3):
        wishes.claim(on_the_wall(), by=helper)
    answer = browser.post(reverse("public:wish-claim", args=[key_of(on_the_wall())]))
    assert answer.status_code == 409 and "同时最多认领3个" in text_of(answer)


def test_nobody_signed_in_comes_back_after_signing_in(client, on_the_wall):
    path = reverse("public:wish-claim", args=[key_of(on_the_wall())])
    assert client.get(path).url == f"{reverse('accounts:sign-in')}?next={path}"
    page = text_of(client.get(reverse("accounts:sign-in"), {"next": path}))
    assert f"{reverse('public:volunteer')}?next={path}" in page


def test_staff_without_registration_are_asked_for_it_first(chen, on_the_wall):
    path = reverse("public:wish-claim", args=[key_of(on_the_wall())])
    answer = signed_in(chen).get(path)
    assert answer.url.startswith(reverse("public:volunteer")) and path.replace("/", "%2F") in answer.url
    assert signed_in(chen).get(reverse("public:claims")).url.startswith(reverse("public:volunteer"))


@pytest.mark.parametrize(("state", "words"), [("pending", "等社区核对"), ("refused", "没有通过"), ("stopped", "停用")])
def test_who_was_not_checked_reads_where_it_stands(make_volunteer, on_the_wall, state, words):
    browser = signed_in(make_volunteer("new", "新人", state=state))
    wish = on_the_wall()
    path = reverse("public:wish-claim", args=[key_of(wish)])
    for answer in (browser.get(reverse("public:claims")), browser.get(path), browser.post(path)):
        assert answer.status_code == 200 and words in text_of(answer)
    assert not Claim.objects.exists()


def test_a_unit_claims_through_its_representative(make_volunteer, on_the_wall, li):
    unit = li.postings.get().unit
    browser = signed_in(make_volunteer("clerk2", "周平", unit=unit))
    path = reverse("public:wish-claim", args=[key_of(on_the_wall())])
    assert unit.name in text_of(browser.get(path))
    browser.post(path, {"as_unit": "on"})
    assert Claim.objects.get().unit == unit


def test_several_claim_together_and_one_leaves(browser, on_the_wall, helper, other):
    wish = on_the_wall(joint=True)
    made = wishes.claim(wish, by=other)
    path = reverse("public:wish-claim", args=[key_of(wish)])
    assert "一起认领" in text_of(browser.get(path))
    second = browser.post(path)
    assert second.status_code == 409 and "刚刚被别人认领" in text_of(second), "who pressed 认领 does not join unasked"
    assert made.members.count() == 1 and 'name="join"' in text_of(second)
    browser.post(path, {"join": "1"})
    page = text_of(browser.get(reverse("public:claims")))
    assert "和李同志一起认领" in page and act(made, "leave") in page and act(made, "give-up") not in page
    assert browser.get(act(made, "give-up")).status_code == 302
    assert "别的人继续办" in text_of(browser.get(act(made, "leave")))
    browser.post(act(made, "leave"))
    assert browser.get(reverse("public:claim", args=[made.uuid])).status_code == 404
    wishes.give_up(made, by=other)
    assert browser.get(reverse("public:claim", args=[made.uuid])).status_code == 404, "who left sees nothing of the end"


def test_the_contact_is_closed_until_opened_and_each_opening_is_logged(browser, on_the_wall, helper):
    made = wishes.claim(on_the_wall(), by=helper)
    pages = [reverse("public:claims"), reverse("public:claim", args=[made.uuid]), act(made, "progress")]
    for path in pages:
        assert not any(one in text_of(browser.get(path)) for one in SECRETS)
    opened = browser.post(reverse("public:claim-contact", args=[made.uuid]))
    assert all(one in text_of(opened) for one in SECRETS) and f'href="tel:{PHONE}"' in text_of(opened)
    assert "认领期间可见" in text_of(opened) and "no-store" in opened["Cache-Control"]
    assert Entry.objects.filter(verb="wish.claimer_looked", actor_id=helper.pk).count() == 1
    for path in pages:
        assert not any(one in text_of(browser.get(path)) for one in SECRETS), "closed again on the next page"
    assert browser.get(reverse("public:claim-contact", args=[made.uuid])).status_code == 405


def test_nobody_else_opens_it(on_the_wall, helper, other, clerk, chen):
    made = wishes.claim(on_the_wall(), by=helper)
    path = reverse("public:claim-contact", args=[made.uuid])
    assert signed_in(other).post(path).status_code == 404
    for user in (clerk, chen):
        assert signed_in(user).post(path).status_code == 302
    assert Client().post(path).status_code == 302
    assert not Entry.objects.filter(verb="wish.claimer_looked").exists()


def test_after_done_the_contact_is_gone(browser, on_the_wall, helper):
    made = wishes.claim(on_the_wall(), by=helper)
    wishes.deliver(made, by=helper)
    refused = browser.post(reverse("public:claim-contact", args=[made.uuid]))
    assert refused.status_code == 409 and "不再显示" in text_of(refused)
    for answer in (
        refused,
        browser.get(reverse("public:claims")),
        browser.get(reverse("public:claim", args=[made.uuid])),
    ):
        page = text_of(answer)
        assert not any(one in page for one in SECRETS) and "地址和电话已隐藏" in page and "待确认" in page


def test_of_a_childs_wish_no_name_is_shown(browser, on_the_wall, helper):
    wish = on_the_wall(for_whom="child", guardian_consents=True, name="吴晓彤")
    made = wishes.claim(wish, by=helper)
    opened = text_of(browser.post(reverse("public:claim-contact", args=[made.uuid])))
    assert PHONE in opened and "吴晓彤" not in opened and "孩子的监护人" in opened


def test_progress_moves_the_limit_and_stands_in_the_timeline(browser, on_the_wall, helper):
    before = timezone.now() - timedelta(days=3)
    made = wishes.claim(on_the_wall(), at=before, by=helper)
    assert "报个进展" in text_of(browser.get(act(made, "progress")))
    assert "请写一句进展" in text_of(browser.post(act(made, "progress"), {"text": " "}))
    answer = browser.post(act(made, "progress"), {"text": f"已打{PHONE}约好周六"})
    assert answer.url == reverse("public:claims")
    made.refresh_from_db()
    assert made.seen_at > before and made.wish.status == Status.WORKING
    page = text_of(browser.get(answer.url))
    assert "约好周六" in page and PHONE not in page, "numbers in one's own notes are masked"


def test_words_that_are_too_long_are_kept(browser, on_the_wall, helper):
    made = wishes.claim(on_the_wall(), by=helper)
    page = text_of(browser.post(act(made, "progress"), {"text": "好" * 201}))
    assert "请删去1个字" in page and "好" * 201 in page


def test_who_was_reminded_reads_until_when(browser, on_the_wall, helper):
    made = wishes.claim(on_the_wall(), at=timezone.now() - timedelta(days=6, hours=1), by=helper)
    wishes.sweep()
    page = text_of(browser.get(reverse("public:claims")))
    assert "6天没有进展了" in page and "due-soon" in page and "剩22小时" in page
    made.refresh_from_db()
    assert made.reminded_at


def test_done_with_a_photo_only_members_see(browser, on_the_wall, helper, other, chen):
    made = wishes.claim(on_the_wall(), by=helper)
    browser.post(act(made, "deliver"), {"text": "戴着正好", "photo": picture()})
    made.refresh_from_db()
    assert made.proof == "戴着正好" and made.proof_photo.created_by == helper
    path = reverse("public:claim-photo", args=[made.uuid])
    shown = browser.get(path)
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    assert shown.status_code == 200 and shown["Content-Type"] == "image/jpeg" and "no-store" in shown["Cache-Control"]
    assert signed_in(other).get(path).status_code == 404 and signed_in(chen).get(path).status_code == 302
    assert path in text_of(browser.get(reverse("public:claim", args=[made.uuid])))


def test_a_refused_photo_keeps_the_words(browser, on_the_wall, helper):
    made = wishes.claim(on_the_wall(), by=helper)
    bad = SimpleUploadedFile("x.jpg", b"not a picture", "image/jpeg")
    page = text_of(browser.post(act(made, "deliver"), {"text": "戴着正好", "photo": bad}))
    assert "戴着正好" in page and 'id="photo-error"' in page
    made.refresh_from_db()
    assert made.reported_at is None and not Photo.objects.exists()


def test_giving_up_asks_first_and_ends_it(browser, on_the_wall, helper):
    wish = on_the_wall()
    made = wishes.claim(wish, by=helper)
    assert "放回心愿墙" in text_of(browser.get(act(made, "give-up")))
    made.refresh_from_db()
    assert made.is_live
    browser.post(act(made, "give-up"), {"text": "临时出差"})
    made.refresh_from_db()
    assert (made.status, made.reason) == (ClaimStatus.GIVEN_UP, "临时出差")
    page = text_of(browser.get(reverse("public:claims")))
    assert "已放弃" in page and "地址和电话已隐藏" in page and "临时出差" not in page
    assert browser.get(act(made, "progress")).status_code == 302
    late = browser.post(act(made, "progress"), {"text": "约好了"})
    assert late.status_code == 409 and "约好了" in text_of(late)


def test_a_revoked_claim_says_why_and_a_thanked_one_says_thanks(browser, on_the_wall, helper, chen, other):
    first, second = on_the_wall(), on_the_wall(title="把旧沙发搬下楼")
    revoked, made = wishes.claim(first, by=helper), wishes.claim(second, by=helper)
    wishes.note(second, text="只给同事看的备注", by=chen)
    wishes.revoke(first, reason="联系不上您", by=chen)
    wishes.progress(made, text="去过3号楼2单元501看了", by=helper)
    wishes.deliver(made, by=helper)
    wishes.confirm(second, thanks="谢谢，帮了大忙", by=None)
    taken = wishes.claim(first, by=other)
    wishes.deliver(taken, by=other)
    wishes.confirm(first, thanks="谢谢敏敏", by=None)
    for path in (reverse("public:claims"), *(reverse("public:claim", args=[c.uuid]) for c in (revoked, made))):
        page = text_of(browser.get(path))
        assert "谢谢敏敏" not in page and DOOR not in page and "备注" not in page
    page = text_of(browser.get(reverse("public:claims")))
    assert "联系不上您" in page and "谢谢，帮了大忙" in page and "已实现" in page and "已撤销" in page


def test_not_yet_gives_the_contact_back(browser, on_the_wall, helper, wang):
    wish = on_the_wall()
    made = wishes.claim(wish, by=helper)
    wishes.deliver(made, by=helper)
    wishes.not_yet(wish, text="内部说明", by=wang)
    page = text_of(browser.get(reverse("public:claim", args=[made.uuid])))
    assert "对方说还没有实现" in page and "内部说明" not in page
    assert PHONE in text_of(browser.post(reverse("public:claim-contact", args=[made.uuid])))


def test_somebody_elses_claim_is_not_there(on_the_wall, helper, other):
    made = wishes.claim(on_the_wall(), by=helper)
    browser = signed_in(other)
    for path in (reverse("public:claim", args=[made.uuid]), act(made, "progress"), act(made, "nothing")):
        assert browser.get(path).status_code == 404
    assert browser.post(act(made, "deliver")).status_code == 404


def test_the_list_asks_as_often_for_many_as_for_one(browser, on_the_wall, helper):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("public:claims"))
        return len(asked)

    for _ in range(2):
        wishes.give_up(wishes.claim(on_the_wall(), by=helper), by=helper)
    wishes.claim(on_the_wall(joint=True), by=helper)
    few = queries()
    for _ in range(8):
        wishes.give_up(wishes.claim(on_the_wall(), by=helper), by=helper)
    for _ in range(2):
        wishes.claim(on_the_wall(joint=True), by=helper)
    assert queries() == few


def test_ended_claims_come_in_pages(browser, on_the_wall, helper):
    wish = on_the_wall()
    for _ in range(23):
        wishes.give_up(wishes.claim(wish, by=helper), by=helper)
    page = browser.get(reverse("public:claims"))
    assert "23个" in text_of(page) and len(page.context["ended"]) == 20
    more = browser.get(reverse("public:claims"), {"page": page.context["page"].next_cursor})
    assert len(more.context["ended"]) == 3


def test_a_volunteer_without_a_post_has_three_tabs_and_an_account_page_without_the_desk(browser, helper, chen):
    for path in (reverse("public:claims"), reverse("accounts:profile")):
        page = text_of(browser.get(path))
        assert 'class="tab-bar"' in page and all(tab in page for tab in ("心愿墙", "我的认领", "我的"))
        assert reverse("desk:home") not in page
    desk = text_of(signed_in(chen).get(reverse("accounts:profile")))
    assert 'class="side"' in desk and 'class="tab-bar"' not in desk
