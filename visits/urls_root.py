"""Addresses of the phone pages that have to stand at the root of the site."""

from django.urls import path

from visits.views import offline

urlpatterns = [
    path("sw.js", offline.service_worker, name="service-worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
]
