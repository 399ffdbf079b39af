"""Photos that were accepted while the rest of a form was not: kept by id in a signed field, so that nothing is lost."""

from base64 import b64encode
from dataclasses import dataclass, field
from uuid import UUID

from django.core import signing
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.functional import cached_property

from cases.models import CasePhoto
from files.models import Photo
from files.photos import PhotoRefused
from files.services import MAX_PHOTOS, ingest_photo

_SALT = "public.drafts"
_A_DAY = 24 * 3600


@dataclass
class Draft:
    """The photos of a form so far, in order, and one line of text per refused one."""

    submission: UUID
    photos: list[Photo] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        """The signed field; it fits this submission only."""
        ids = [str(photo.pk) for photo in self.photos]
        return signing.dumps([str(self.submission), ids], salt=_SALT) if ids else ""

    @property
    def room(self) -> int:
        """How many more photos may come."""
        return MAX_PHOTOS - len(self.photos)

    @cached_property
    def previews(self) -> list[tuple[str, str]]:
        """Id and thumbnail of each photo, as a data: address: only this page shows them."""
        return [(str(photo.pk), f"data:image/jpeg;base64,{_thumb(photo)}") for photo in self.photos]


def collect(request: HttpRequest, submission: UUID) -> Draft:
    """What the form kept from before, without what was taken off, plus what was chosen now.

    Every photo is judged for itself: a refused one never costs the others.
    """
    dropped = set(request.POST.getlist("drop"))
    kept = [photo for photo in _kept(request.POST.get("kept", ""), submission) if str(photo.pk) not in dropped]
    draft = Draft(submission, kept)
    uploads = request.FILES.getlist("photos")
    if len(uploads) > draft.room:
        draft.errors.append(f"照片最多{MAX_PHOTOS}张，只留下了前{MAX_PHOTOS}张，确认后可以直接提交")
    for position, upload in enumerate(uploads[: draft.room], start=1):
        _take(draft, upload, position)
    return draft


def _take(draft: Draft, upload: UploadedFile, position: int) -> None:
    try:
        draft.photos.append(ingest_photo(upload))
    except PhotoRefused as refusal:
        draft.errors += [error.replace("这张照片", f"第{position}张照片", 1) for error in refusal.errors]


def _kept(token: str, submission: UUID) -> list[Photo]:
    """The photos the token names, without those that belong to a case by now."""
    try:
        signed_for, ids = signing.loads(token, salt=_SALT, max_age=_A_DAY) if token else ("", [])
    except signing.BadSignature:
        return []
    if not ids or signed_for != str(submission):
        return []
    taken = set(CasePhoto.objects.filter(photo_id__in=ids).values_list("photo_id", flat=True))
    found = Photo.objects.in_bulk(ids)
    return [found[key] for key in map(UUID, ids) if key in found and key not in taken]


def _thumb(photo: Photo) -> str:
    with default_storage.open(str(photo.thumb.name)) as stored:
        return b64encode(stored.read()).decode("ascii")
