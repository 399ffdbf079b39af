"""Addresses of the staff pages about call-backs."""

from django.urls import path

from desk.views import callbacks

callbacks_urls: list = [
    path("callbacks/", callbacks.callbacks, name="callbacks"),
    path("callbacks/results/", callbacks.results, name="callback-results"),
    path("callbacks/<int:pk>/", callbacks.callback, name="callback"),
    path("cases/<str:number>/callback/", callbacks.new, name="callback-new"),
]
