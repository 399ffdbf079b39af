"""What phones say to the portal without a page: /sync/. JSON only, whatever happens."""

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from files.photos import MAX_BYTES
from visits import envelope, records
from visits.envelope import Malformed
from visits.models import Submission
from visits.services import packing, photos, syncing
from visits.services.devices import MIN_VERSION, Health, note_health
from visits.states import SubmissionState
from visits.views.speaking import refused, speaks

# Phones keep what they sent for seven days.
ASKED_BACK, MOST_ASKED_BACK = timedelta(days=8), timedelta(days=30)
PROCESSED = "已记入。"
REVIEW = "已收下。和系统里的情况有出入，社区核对后会告诉您怎么记的。"
TWICE = "同一次走访收到两份，内容不同。两份都已收下，社区核对后会告诉您怎么记的。"


@csrf_exempt  # changes nothing but the device's own health, and only on JSON, which no form of another site can send
@speaks("POST")
def hello(request: HttpRequest) -> HttpResponse:
    """How the phone stands, against who is signed in, a fresh token, the time and what the phone may keep."""
    body = _body(request)
    now = timezone.now()
    device = envelope.uuid_of(body.get("device"))
    if device is None:
        raise Malformed("没有写明是哪台设备。")
    note_health(device, _health(body, now), at=now, by=request.user)
    pack = packing.offer(request.user)
    return JsonResponse(
        {
            "user": {"id": request.user.pk, "called": request.user.called},
            "csrf": get_token(request),
            "server_time": now.isoformat(),
            "min_version": MIN_VERSION,
            "scope_version": pack.scope_version,
            "pack": pack.on,
            "pack_hours": pack.hours,
        }
    )


@speaks("POST")
def submit(request: HttpRequest) -> HttpResponse:
    """Keep one record and make a visit of it; the answer repeats its id once it is committed."""
    body = _body(request)
    if "user" in body and body["user"] != request.user.pk:
        return refused("user", "这条记录是另一个账号写的，请用那个账号登录后上传。", 403)
    sent = envelope.sent(body)
    row, conflict = syncing.receive(sent, by=request.user)
    if row.user_id == request.user.pk:
        row = syncing.process(row.pk, read=records.read, by=request.user)
    if conflict is not None:
        return JsonResponse({"conflict": str(sent.id), "words": TWICE}, status=409)
    return JsonResponse({"ack": str(row.pk), **_stands(row)})


def _stands(row: Submission) -> dict[str, str]:
    if row.state == SubmissionState.SETTLED:
        return {"state": "processed", "words": f"已核对：{row.decision}"}
    if row.state == SubmissionState.REVIEW:
        return {"state": "review", "words": REVIEW}
    return {"state": "processed", "words": PROCESSED}


@speaks("PUT")
def photo(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Keep one photo under the id the phone gave it."""
    content = request.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise RequestDataTooBig
    sha256 = hashlib.sha256(content).hexdigest()
    if request.headers.get("X-Sha256", "").lower() != sha256:
        return refused("sha", "照片没有传完整，请再传一次。", 422)
    try:
        kept = photos.receive_photo(uuid, content, sha256=sha256, by=request.user)
    except photos.OtherBytes:
        return JsonResponse({"conflict": str(uuid), "words": "这个编号已经收到过另一张照片，请重新拍。"}, status=409)
    if kept.fault:
        return JsonResponse({"ack": str(uuid), "state": "review", "words": f"{kept.fault}。"})
    return JsonResponse({"ack": str(uuid), "state": "processed", "words": "照片已收到。"})


@speaks("GET")
def receipts(request: HttpRequest) -> HttpResponse:
    """What of this person has come since a time: a phone sends again what it thinks was sent and is not here."""
    now = timezone.now()
    since = envelope.moment(request.GET.get("since")) or now - ASKED_BACK
    ids, pictures = syncing.receipts(request.user, max(since, now - MOST_ASKED_BACK))
    return JsonResponse({"ids": ids, "photos": pictures})


@speaks("GET")
def pack(request: HttpRequest) -> HttpResponse:
    """The households a phone may keep."""
    found = packing.pack(request.user)
    if found is None:
        return refused("off", "现在不能在手机上存住户名单。", 404)
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})


@speaks("GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS")
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Whatever else is asked for under /sync/."""
    return refused("unknown", "没有这个地址。", 404)


def _body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Malformed("只接受JSON。")
    content = request.read(envelope.MOST_BYTES + 1)
    if len(content) > envelope.MOST_BYTES:
        raise RequestDataTooBig
    return envelope.opened(content)


def _health(body: dict[str, Any], now: datetime) -> Health:
    client_at = envelope.moment(body.get("client_at"))
    version = body.get("app_version")
    return Health(
        pending=envelope.number(body.get("pending")) or 0,
        oldest_pending_at=envelope.moment(body.get("oldest_pending_at")),
        app_version=version[:20] if isinstance(version, str) and version.isascii() and version.isprintable() else "",
        persisted=body.get("persisted") is True,
        free_mb=envelope.number(envelope.whole(body.get("free_mb"))),
        clock_offset=envelope.whole((now - client_at).total_seconds()) or 0 if client_at else 0,
        last_seq=envelope.number(body.get("last_seq")) or 0,
    )
