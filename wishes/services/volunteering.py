"""Who may claim: registering oneself, being checked, units by invitation."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from grids.models import Area, Organization
from grids.scope import postings_of
from notifications.services import notify
from wishes.models import Claim, Invitation, Volunteer
from wishes.states import VolunteerState

HAS_ACCOUNT = "这个手机号已经有账号，请直接登录。"
INVITED_FOR = timedelta(days=14)
_DECIDED = {
    VolunteerState.APPROVED: "核对通过，可以认领微心愿了",
    VolunteerState.REFUSED: "志愿者报名没有通过，查看原因",
    VolunteerState.STOPPED: "您的认领资格已停用，查看原因",
}


@transaction.atomic
def open_account(
    *, full_name: str, phone: str, unit_name: str, password: str, community: Area, invitation: Invitation | None = None
) -> Volunteer:
    """A new account for somebody who registers; waits for the community unless a unit's invitation vouches for it.

    Signs in with the mobile number. DomainError where that number has an account already.
    """
    user = User(
        username=f"zy{secrets.token_hex(6)}", full_name=full_name, unit_name=unit_name, must_change_password=False
    )
    try:
        user.take_phone(phone)
    except ValueError as refusal:
        raise DomainError(str(refusal)) from None
    if User.objects.filter(phone_index=user.phone_index).exists():
        raise DomainError(HAS_ACCOUNT)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # the same form sent twice at one moment
        raise DomainError(HAS_ACCOUNT) from None
    record("account.registered", subject=("accounts.user", user.pk), by=user)
    return enrol(user, community=community, invitation=invitation)


@transaction.atomic
def enrol(
    user: User, *, community: Area, invitation: Invitation | None = None, at: datetime | None = None
) -> Volunteer:
    """Make an account a volunteer. Staff on a post and invited representatives are known; others are checked first."""
    if Volunteer.objects.filter(user=user).exists():
        raise DomainError("您已经报过名了。")
    at = at or timezone.now()
    volunteer = Volunteer(user=user, community=community, created_at=at)
    if invitation is not None:
        _use(invitation, user, at)
        volunteer.unit = invitation.unit
        volunteer.state, volunteer.decided_at, volunteer.decided_by = VolunteerState.APPROVED, at, invitation.created_by
    elif postings_of(user):
        volunteer.state, volunteer.decided_at, volunteer.decided_by = VolunteerState.APPROVED, at, user
    volunteer.save()
    record("volunteer.enrolled", subject=("volunteer", volunteer.pk), by=user, state=volunteer.state)
    if volunteer.state == VolunteerState.PENDING:
        notify(
            f"area:{community.code}",
            cause=f"volunteer:{volunteer.pk}",
            title="有人报名认领微心愿，待核对",
            target=f"/desk/wishes/volunteers/{volunteer.pk}/",
            at=at,
        )
    return volunteer


@transaction.atomic
def accept(invitation: Invitation, *, at: datetime | None = None, by: User) -> Volunteer:
    """Make `by` the representative of the invited unit: a new volunteer, or one of long standing, whose claims stay as
    they are. The invitation vouches for who waits to be checked, not for whom the community turned down.
    """
    volunteer = Volunteer.objects.select_for_update().filter(user=by).first()
    if volunteer is None:
        return enrol(by, community=invitation.community, invitation=invitation, at=at)
    if volunteer.state in (VolunteerState.REFUSED, VolunteerState.STOPPED):
        raise DomainError("您的报名没有通过或者已经停用，请先联系社区。")
    if volunteer.unit_id == invitation.unit_id:
        raise DomainError("您已经是这个单位的经办人，链接可以留给同事用。")
    at = at or timezone.now()
    _use(invitation, by, at)
    volunteer.unit = invitation.unit
    if volunteer.state == VolunteerState.PENDING:
        volunteer.state, volunteer.decided_at, volunteer.decided_by = VolunteerState.APPROVED, at, invitation.created_by
    volunteer.save()
    record("volunteer.represents", subject=("volunteer", volunteer.pk), by=by, unit=invitation.unit_id)
    return volunteer


def decide(volunteer: Volunteer, state: str, *, reason: str = "", at: datetime | None = None, by: User) -> None:
    """The community has checked name and unit: approved, refused, or stopped later; the last two need a reason."""
    if state not in _DECIDED:
        raise DomainError("请选择核对结果。")
    if state != VolunteerState.APPROVED and not reason.strip():
        raise DomainError("请写明理由，本人能看到。")
    if volunteer.user_id == by.pk:
        raise DomainError("自己的报名请由同事核对。")
    at = at or timezone.now()
    with transaction.atomic():
        others = Volunteer.objects.filter(pk=volunteer.pk).exclude(state=state)
        if not others.update(state=state, reason=reason.strip(), decided_at=at, decided_by=by):
            raise DomainError("已经是这个结果了。")
        if state == VolunteerState.STOPPED and Claim.objects.live().filter(claimer=volunteer.user).exists():
            raise DomainError("名下还有正在办的认领，请先撤销认领。")
        record("volunteer.decided", subject=("volunteer", volunteer.pk), by=by, state=str(state))
        notify(
            f"user:{volunteer.user_id}",
            cause=f"volunteer:{volunteer.pk}:{at:%Y%m%d%H%M%S}:{state}",
            title=_DECIDED[VolunteerState(state)],
            target="/claims/",
            at=at,
        )
    volunteer.refresh_from_db()


@transaction.atomic
def invite(unit: Organization, *, community: Area, at: datetime | None = None, by: User) -> tuple[Invitation, str]:
    """A link for one person of `unit`, and its token, shown once and kept nowhere."""
    at = at or timezone.now()
    token = secrets.token_urlsafe(18)
    invitation = Invitation.objects.create(
        unit=unit,
        community=community,
        token_hash=_hash(token),
        created_at=at,
        created_by=by,
        expires_at=at + INVITED_FOR,
    )
    record("unit.invited", subject=("invitation", invitation.pk), by=by, unit=unit.pk)
    return invitation, token


def invitation_of(token: str, *, at: datetime | None = None) -> Invitation | None:
    """The unused, unexpired invitation this token opens."""
    found = Invitation.objects.select_related("unit", "community")
    return found.filter(token_hash=_hash(token), used_at__isnull=True, expires_at__gt=at or timezone.now()).first()


def _use(invitation: Invitation, user: User, at: datetime) -> None:
    unused = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True, expires_at__gt=at)
    if not unused.update(used_at=at, used_by=user):
        raise DomainError("这个邀请链接已经用过或过期，请联系社区重新邀请。")


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
