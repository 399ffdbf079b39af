"""Addresses of the district's working ledgers and hand-outs."""

from django.urls import path

from desk.views import handouts, working_ledgers

ledgers_urls: list = [
    path("ledger/lists/", working_ledgers.ledgers, name="working-ledgers"),
    path("ledger/lists/<int:pk>/", working_ledgers.ledger, name="working-ledger"),
    path("ledger/lists/<int:pk>/issue/", working_ledgers.issue, name="working-ledger-issue"),
    path("ledger/lists/<int:pk>/print/", working_ledgers.paper, name="working-ledger-print"),
    path("ledger/lists/<int:pk>/file/", working_ledgers.file, name="working-ledger-file"),
    path("ledger/lists/items/<int:pk>/note/", working_ledgers.note, name="ledger-item-note"),
    path("ledger/lists/items/<int:pk>/remove/", working_ledgers.remove, name="ledger-item-remove"),
    path("handouts/", handouts.handouts, name="handouts"),
    path("handouts/new/", handouts.new, name="handout-new"),
    path("handouts/<int:pk>/", handouts.handout, name="handout"),
    path("handouts/<int:pk>/print/", handouts.paper, name="handout-print"),
]
