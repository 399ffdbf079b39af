"""Addresses of assignments: what units and areas owe on a case beside its holder."""

from django.urls import path

from desk.views import assignments

hands_urls = [
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/<int:pk>/", assignments.assignment, name="assignment"),
    path("assignments/<int:pk>/act/<slug:action>/", assignments.act, name="assignment-act"),
]
