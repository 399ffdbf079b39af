"""Addresses of consultations and their money books."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from consultations import services as consultations
from files.services import ingest_photo
from grids.models import Area

# Columns: anon wang he chen zhao qian sun li outs clrk admn
# The consultation of the rows is reviewed; the line of the rows waits for a second signature, the first is chen's.
TABLE = """
GET  desk:consultations           302  200  200  200  200  200  200  200  200  403  403
POST desk:consultations           302  405  405  405  405  405  405  405  405  403  403
GET  desk:consultation-new        302  200  200  200  403  403  403  403  403  403  403
POST desk:consultation-new        302  200  200  200  403  403  403  403  403  403  403
GET  desk:consultation            302  200  200  200  200  200  200  404  404  403  403
POST desk:consultation            302  405  405  405  405  405  405  405  405  403  403
GET  desk:consultation-change     302  200  200  200  403  403  403  404  404  403  403
POST desk:consultation-change     302  200  200  200  403  403  403  404  404  403  403
GET  desk:consultation-act        302  200  200  200  403  403  403  404  404  403  403
POST desk:consultation-act        302  200  200  200  403  403  403  404  404  403  403
GET  desk:consultation-line       302  200  200  403  403  403  403  404  404  403  403
POST desk:consultation-line       302  302  302  403  403  403  403  404  404  403  403
GET  desk:consultation-objection  302  403  200  200  403  403  403  404  404  403  403
POST desk:consultation-objection  302  403  200  200  403  403  403  404  404  403  403
GET  desk:consultation-photo      302  200  200  200  200  200  200  404  404  403  403
POST desk:consultation-photo      302  405  405  405  405  405  405  405  405  403  403
GET  desk:consultation-notice     302  200  200  200  200  200  200  404  404  403  403
POST desk:consultation-notice     302  405  405  405  405  405  405  405  405  403  403
GET  desk:consultation-money      302  200  200  200  200  200  200  404  404  403  403
POST desk:consultation-money      302  405  405  405  405  405  405  405  405  403  403
GET  desk:opinions-gather         302  403  405  405  405  403  403  403  405  403  403
POST desk:opinions-gather         302  403  302  302  302  403  403  403  302  403  403
GET  public:consultations         200  200  200  200  200  200  200  200  200  200  200
POST public:consultations         405  405  405  405  405  405  405  405  405  405  405
GET  public:consultation          200  200  200  200  200  200  200  200  200  200  200
POST public:consultation          405  405  405  405  405  405  405  405  405  405  405
GET  public:consultation-money    200  200  200  200  200  200  200  200  200  200  200
POST public:consultation-money    405  405  405  405  405  405  405  405  405  405  405
GET  public:consultation-photo    200  200  200  200  200  200  200  200  200  200  200
POST public:consultation-photo    405  405  405  405  405  405  405  405  405  405  405
GET  public:consultation-review   200  200  200  200  200  200  200  200  200  200  200
POST public:consultation-review   200  200  200  200  200  200  200  200  200  200  200
GET  desk:export-ledger/money-lines 302 403 200 200 200 200 200 403 200 403 403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: a topic, one with an objection, and one under review."""
    by, wang = scene["chen"], scene["wang"]
    area = Area.objects.get(code=wang.postings.get().area_id)
    at = timezone.now() - timedelta(days=40)
    plain, published, held = (_published(area, at, by) for _ in range(3))
    topic = consultations.open_topic(consultations.Topic("停车怎么停", "商量停车。", area), at=at, by=by)
    objection = consultations.object_to(published, "离窗户太近", at=at, by=by)
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    photo = ingest_photo(SimpleUploadedFile("photo.png", picture.getvalue()))
    step = consultations.plan_step(held, "铺装", "施工单位", at.date(), at=at, by=by)
    consultations.start(held, at=at + timedelta(days=9), by=by)
    consultations.progress(step, "铺好了", done=True, photos=[photo], by=by)
    consultations.receive(held, consultations.Received(Decimal(100), "unit", "支持", unit="教育局"), by=by)
    line = consultations.spend(held, Decimal(10), what="铺装", payee="施工单位", by=by)
    consultations.publish_sheet(held, by=by)
    consultations.open_review(held, by=by)
    pages = ("consultation", "consultation-notice", "consultation-money")
    return {
        **{f"desk:{page}": [held.number] for page in pages},
        **{f"public:{page}": [held.number] for page in pages if page != "consultation-notice"},
        "desk:consultation-change": [topic.number],
        "desk:consultation-act": [plain.number, "object"],
        "desk:consultation-line": [held.number, line.pk, "sign"],
        "desk:consultation-objection": [published.number, objection.pk],
        "desk:consultation-photo": [held.number, photo.pk, "full"],
        "public:consultation-photo": [held.number, photo.pk, "full"],
        "public:consultation-review": [held.review_key],
    }


def _published(area: Area, at, by):
    held = consultations.open_topic(
        consultations.Topic("空地怎么用", "商量空地。", area, venue="会议室", planned_at=at), at=at, by=by
    )
    consultations.notify_residents(held, consultations.Told("home", at, 20), at=at, by=by)
    votes = [consultations.Vote("铺装", 15, 2)]
    consultations.hold(held, consultations.Meeting(at, 20, "household", "half", "记录", votes), at=at, by=by)
    consultations.decide(held, "铺装。", at=at, by=by)
    consultations.publish(held, at=at, by=by)
    return held
