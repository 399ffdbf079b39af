"""Addresses phones talk to without a page."""

from django.urls import path

from visits.views import sync

app_name = "sync"

urlpatterns = [
    path("hello", sync.hello, name="hello"),
    path("submit", sync.submit, name="submit"),
    path("photo/<uuid:uuid>/", sync.photo, name="photo"),
    path("receipts/", sync.receipts, name="receipts"),
    path("pack/", sync.pack, name="pack"),
    # Anything else is answered here too, so that no page and no redirect ever comes from under this prefix.
    path("", sync.unknown, name="root"),
    path("<path:rest>", sync.unknown, name="unknown"),
]
