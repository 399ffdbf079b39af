"""Addresses of what residents open about micro-wishes: wall, form, progress."""

from django.urls import path

from public.views import wish_asking, wish_progress, wish_wall

wish_urls = [
    path("wishes/", wish_wall.wall, name="wishes"),
    path("wishes/new/", wish_asking.wish_form, name="wish-form"),
    path("wishes/receipt/<uuid:submission>/", wish_asking.receipt, name="wish-receipt"),
    path("wishes/done/", wish_wall.done, name="wishes-done"),
    path("wishes/progress/", wish_progress.progress, name="wish-progress"),
    path("wishes/progress/answer/", wish_progress.answer, name="wish-answer"),
    path("wishes/progress/cancel/", wish_progress.cancel, name="wish-cancel"),
    path("wishes/progress/complete/", wish_progress.complete, name="wish-complete"),
    path("wishes/progress/thank/", wish_progress.thank, name="wish-thank"),
]
