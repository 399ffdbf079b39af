"""Addresses of the phone pages of those who visit."""

from django.urls import path

from visits.views import visiting

app_name = "field"

urlpatterns = [
    path("visits/<uuid:uuid>/", visiting.visit, name="visit"),
]
