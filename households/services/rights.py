"""The privacy notice in force, and requests about one's own data."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.crypto import blind_index
from common.errors import DomainError
from households.models import PrivacyNotice, RightsRequest
from workdays import calendar
from workdays.calendar import Span

# 个人信息保护法 art. 50 asks for a convenient and timely answer without a number; ours.
ANSWER_WITHIN = Span(15, "workday")

FIRST_NOTICE = {
    "version": "2026-1",
    "short": (
        "魏都区网格治理为办理您反映的问题收集称呼和手机号，只给经办人员使用，公示时不出现。"
        "办结后保存3年。您可以查阅、更正、删除，也可以撤回。请勿填报国家秘密、工作秘密。"
    ),
    "body": (
        "谁在收集：许昌市魏都区网格治理服务，由区委区政府主办，街道、社区和网格具体办理。\n"
        "为什么收集：为办理您反映的问题、告知进展和回访，依据是履行法定职责；不用于别的目的。\n"
        "收集什么：称呼、手机号、问题发生的地点、您写的情况和照片；提微心愿的还有住址；报名认领的有姓名和单位；"
        "请人代办的有门牌、收退的钱数和谁签收；协商筹资的，收到出资时可以登记出资人姓名；"
        "申请调解的有双方的姓名、手机号、住址和经过。照片上传时会去掉拍摄位置。不要求身份证号。\n"
        "谁能看到：只有经办这件事的人员能看到联系方式，每次查看都有记录；您可以要求不让经办人员看到。"
        "提微心愿的，认领人只在认领期间能看到称呼、住址和手机号，办好、放弃或到期以后就看不到了。"
        "代办的门牌只给经办人员看。出资人姓名您同意才公示，可以随时撤回。纠纷是谁和谁、什么经过，只有调解员和社区负责人能看到。\n"
        "交给谁：需要公用企业办理时，只提供地点和问题，不提供您的联系方式，除非您同意。\n"
        "保存多久：办结后3年，到期删除或匿名化。信息保存在境内。\n"
        "您的权利：可以查阅、复制、更正、补充、删除您的信息，撤回反映的问题，要求说明处理规则。在“个人信息权利申请”页面提出，"
        "15个工作日内答复。\n"
        "未满14周岁：请由监护人陪同填写并同意。\n"
        "请勿填报国家秘密、工作秘密。"
    ),
}


def load_notice() -> None:
    """Put the first notice in force where there is none."""
    PrivacyNotice.objects.get_or_create(version=FIRST_NOTICE["version"], defaults=FIRST_NOTICE)


def current_notice(at: datetime | None = None) -> PrivacyNotice:
    """The notice that collecting forms show now; LookupError where none was ever loaded."""
    notice = PrivacyNotice.objects.in_force(at).first()
    if notice is None:
        raise LookupError("no privacy notice in force: run manage.py load_ground")
    return notice


@transaction.atomic
def ask(
    kind: str, *, name: str, phone: str, receipt: str = "", text: str = "", submission=None, at: datetime | None = None
) -> RightsRequest:
    """A person's request about their own data; the same submission twice gives the same row."""
    at = at or timezone.now()
    if submission and (existing := RightsRequest.objects.filter(uuid=submission).first()):
        return existing
    request = RightsRequest(
        kind=kind,
        name=name,
        phone=phone,
        receipt=receipt,
        text=text,
        phone_index=blind_index(phone, purpose="phone"),
        notice=current_notice(at),
        created_at=at,
        due_at=calendar.current().add(at, ANSWER_WITHIN),
    )
    if submission:
        request.uuid = submission
    request.save()
    record("rights.ask", subject=("rights", request.pk), by=None, actor_kind="resident", kind=kind)
    return request


@transaction.atomic
def answer(request: RightsRequest, text: str, *, done: bool, at: datetime | None = None, by: User) -> None:
    """Answer a request; a refusal needs its reason (art. 50)."""
    if not text.strip():
        raise DomainError("请写明办理结果或者不予办理的理由。")
    claimed = RightsRequest.objects.filter(pk=request.pk, answered_at__isnull=True).update(
        status=RightsRequest.Status.DONE if done else RightsRequest.Status.DECLINED,
        answer=text,
        answered_at=at or timezone.now(),
        answered_by=by,
    )
    if not claimed:
        raise DomainError("这个申请已经答复过。")
    record("rights.answer", subject=("rights", request.pk), by=by, done=done)
    request.refresh_from_db()
