"""Addresses of the phone pages of those who visit."""

from django.urls import path

from visits.views import calling, correcting, hints, mine, offline, places, today, visiting

app_name = "field"

urlpatterns = [
    path("", today.today, name="today"),
    path("households/<int:pk>/visit/", visiting.write, name="visit-new"),
    path("households/<int:pk>/next/", offline.onward, name="onward"),
    path("households/<int:pk>/call/", calling.call, name="call"),
    path("visits/", mine.visits, name="visits"),
    path("visits/<uuid:uuid>/", visiting.visit, name="visit"),
    path("visits/<uuid:uuid>/correct/", correcting.correct, name="visit-correct"),
    path("photos/<uuid:uuid>/", visiting.photo, name="visit-photo"),
    path("buildings/", places.buildings, name="buildings"),
    path("buildings/<int:pk>/", places.building, name="building"),
    path("mine/", mine.mine, name="mine"),
    path("mine/hints/<int:pk>/", hints.answer, name="hint"),
    path("raised/", mine.raised, name="raised"),
    path("suggestions/", mine.suggestions, name="suggestions"),
    path("upload/", offline.upload, name="upload"),
    path("shell/", offline.shell, name="shell"),
]
