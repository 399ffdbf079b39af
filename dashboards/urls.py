"""Addresses of the boards."""

from django.urls import path

from dashboards.views import boards, lists

app_name = "boards"

urlpatterns = [
    path("", boards.board, name="board"),
    path("cases/", lists.cases, name="list"),
]
