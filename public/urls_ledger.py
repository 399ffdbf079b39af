"""Addresses of the public ledger, and of the link in a call-back's message."""

from django.urls import path

from public.views import calls, ledger, tracking

ledger_urls = [
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/table.csv", ledger.table, name="ledger-table"),
    path("ledger/<int:pk>/", ledger.line, name="publication"),
    path("ledger/<int:pk>/<str:which>/<str:size>/", ledger.photo, name="publication-photo"),
    path("progress/take-back/", tracking.take_back, name="take-back"),
    path("r/<uuid:token>/", calls.call, name="call"),
]
