"""Taking photos in, handing them out, and removing stored files nobody refers to."""

import hashlib
import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils import timezone

from files.models import Photo
from files.photos import MAX_BYTES, CleanPhoto, PhotoRefused, clean

MAX_PHOTOS = 6
FOLDER = "photos"
logger = logging.getLogger(__name__)


def ingest_photo(upload: File, *, by=None) -> Photo:
    """The stored photo of one upload. Raises PhotoRefused with the reason and what to do.

    `by` is None for residents. Should the caller's transaction fail later, `sweep_files` removes the files.
    """
    return _store(clean(_content(upload)), by=by)


def ingest_photos(uploads: Sequence[File], *, limit: int = MAX_PHOTOS, by=None) -> list[Photo]:
    """The stored photos in the order given: all of them or none. Raises PhotoRefused, one line per refused file."""
    if len(uploads) > limit:
        raise PhotoRefused([f"照片最多{limit}张，您选了{len(uploads)}张，请去掉{len(uploads) - limit}张"])
    cleaned: list[CleanPhoto] = []
    errors: list[str] = []
    for position, upload in enumerate(uploads, start=1):
        try:
            cleaned.append(clean(_content(upload), name=f"第{position}张照片"))
        except PhotoRefused as refusal:
            errors += refusal.errors
    if errors:
        raise PhotoRefused(errors)
    return [_store(photo, by=by) for photo in cleaned]


def photo_response(photo: Photo, *, size: Literal["full", "thumb"]) -> FileResponse:
    """The photo's bytes, for one reader only: neither caches nor the browser keep them. Raises Http404 when it is gone.

    The caller has made sure that the reader may see what the photo belongs to.
    """
    stored = {"full": photo.image, "thumb": photo.thumb}[size]
    try:
        opened = default_storage.open(str(stored.name))
    except FileNotFoundError:
        logger.error("photo %s has no stored file", photo.pk)
        raise Http404 from None
    response = FileResponse(opened, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = 'inline; filename="photo.jpg"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def sweep_files(*, older_than: timedelta = timedelta(days=1), at: datetime | None = None) -> int:
    """Remove stored photos without a row, left by transactions that failed; returns how many files went.

    Only files older than `older_than` (by their storage's clock): the row of a younger one may not be committed yet.
    """
    before = (at or timezone.now()) - older_than
    removed = 0
    for folder, names in _stored(FOLDER):
        paths = [f"{folder}/{name}" for name in names]
        for path in set(paths) - _referred(paths):
            if default_storage.get_modified_time(path) < before:
                default_storage.delete(path)
                removed += 1
    return removed


def _content(upload: File) -> bytes:
    """What was uploaded, read no further than the limit: the size a client states is not believed."""
    upload.seek(0)
    return upload.read(MAX_BYTES + 1)


def _store(photo: CleanPhoto, *, by) -> Photo:
    key, now = uuid.uuid4(), timezone.now()
    path = f"{FOLDER}/{timezone.localtime(now):%Y/%m}/{key}"
    return Photo.objects.create(
        pk=key,
        image=default_storage.save(f"{path}.jpg", ContentFile(photo.full)),
        thumb=default_storage.save(f"{path}-thumb.jpg", ContentFile(photo.thumb)),
        width=photo.width,
        height=photo.height,
        size=len(photo.full),
        sha256=hashlib.sha256(photo.full).hexdigest(),
        created_at=now,
        created_by=by,
    )


def _stored(folder: str) -> Iterator[tuple[str, list[str]]]:
    """Every folder beneath `folder` with its file names."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever uploaded
        return
    yield folder, names
    for name in folders:
        yield from _stored(f"{folder}/{name}")


def _referred(paths: Iterable[str]) -> set[str]:
    """Those of `paths` that a photo names."""
    paths = list(paths)
    known: set[str] = set()
    for start in range(0, len(paths), 1000):
        part = paths[start : start + 1000]
        known.update(Photo.objects.filter(image__in=part).values_list("image", flat=True))
        known.update(Photo.objects.filter(thumb__in=part).values_list("thumb", flat=True))
    return known
