"""Addresses of the staff pages."""

from django.urls import path

from desk.urls_agency import agency_urls
from desk.urls_callbacks import callbacks_urls
from desk.urls_consultations import consultations_urls
from desk.urls_disputes import disputes_urls
from desk.urls_ground import ground_urls
from desk.urls_hands import hands_urls
from desk.urls_ledgers import ledgers_urls
from desk.urls_meetings import meetings_urls
from desk.urls_openly import openly_urls
from desk.urls_orders import orders_urls
from desk.urls_similar import similar_urls
from desk.urls_spot import spot_urls
from desk.urls_sync import sync_urls
from desk.urls_visits import visit_urls
from desk.urls_wishes import wish_urls
from desk.views import (
    actions,
    cards,
    case,
    handovers,
    home,
    households,
    imports,
    inbox,
    ledger,
    ledgers,
    notices,
    pairings,
    posts,
    register,
    search,
    selections,
    sheets,
)

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("cases/", inbox.cases, name="cases"),
    path("cases/bulk/", inbox.bulk, name="bulk"),
    path("cases/register/", register.register, name="register"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/act/<slug:action>/", actions.act, name="act"),
    path("cases/<str:number>/reports/<int:pk>/contact/", case.contact, name="contact"),
    path("photos/<uuid:pk>/<str:size>/", case.photo, name="photo"),
    path("approvals/<int:pk>/", actions.decide, name="decide"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("cards/", cards.cards, name="cards"),
    path("notices/", notices.notices, name="notices"),
    path("import/", imports.upload, name="import"),
    path("import/<uuid:pk>/", imports.progress, name="import-job"),
    path("sheets/", sheets.sheets, name="sheets"),
    path("sheets/<slug:code>/", sheets.sheet, name="sheet"),
    path("sheets/jobs/<uuid:pk>/", sheets.job, name="sheet-job"),
    path("sheets/jobs/<uuid:pk>/faults/", sheets.faults, name="sheet-faults"),
    path("ledgers/<slug:code>/", ledgers.export, name="export-ledger"),
    path("ledgers/jobs/<uuid:pk>/", ledgers.progress, name="ledger-job"),
    path("ledgers/jobs/<uuid:pk>/file/", ledgers.file, name="ledger-file"),
    path("households/", households.households, name="households"),
    path("households/new/", households.new, name="household-new"),
    path("households/<int:pk>/", households.household, name="household"),
    path("households/<int:pk>/history/", households.history, name="household-history"),
    path("households/<int:pk>/sheet/", households.sheet, name="household-sheet"),
    path("households/<int:pk>/reveal/<slug:field>/", households.look, name="household-reveal"),
    path("households/<int:pk>/people/<int:resident>/reveal/<slug:field>/", households.look, name="household-reveal"),
    path("households/<int:pk>/act/<slug:action>/", households.act, name="household-act"),
    path("households/<int:pk>/act/<slug:action>/<int:item>/", households.act, name="household-act"),
    path("pairings/", pairings.pairings, name="pairings"),
    path("pairings/<int:pk>/", pairings.pairing, name="pairing"),
    path("posts/", posts.posts, name="posts"),
    path("posts/<str:code>/", posts.area, name="posts-area"),
    path("posts/<str:code>/new/", posts.new, name="post-new"),
    path("posts/<str:code>/selections/", selections.new, name="selection-new"),
    path("postings/<int:pk>/", posts.posting, name="posting"),
    path("postings/<int:pk>/leave/", posts.leave, name="post-leave"),
    path("postings/<int:pk>/return/", posts.come_back, name="post-return"),
    path("postings/<int:pk>/end/", posts.end, name="post-end"),
    path("postings/<int:pk>/handover/", handovers.new, name="handover-new"),
    path("handovers/<int:pk>/", handovers.handover, name="handover"),
    path("handovers/<int:pk>/confirm/", handovers.confirm, name="handover-confirm"),
    path("handovers/<int:pk>/cancel/", handovers.cancel, name="handover-cancel"),
    path("selections/<int:pk>/", selections.selection, name="selection"),
    path("selections/<int:pk>/nominate/", selections.nominate, name="selection-nominate"),
    path("selections/<int:pk>/notice/", selections.notice, name="selection-notice"),
    path("selections/<int:pk>/nominees/<int:nominee_pk>/<slug:action>/", selections.nominee, name="selection-nominee"),
    path("selections/<int:pk>/<slug:action>/", selections.act, name="selection-act"),
    path("team/<str:code>/", posts.team, name="team"),
    *ground_urls,
    *visit_urls,
    *wish_urls,
    *sync_urls,
    *hands_urls,
    *spot_urls,
    *ledgers_urls,
    *orders_urls,
    *meetings_urls,
    *openly_urls,
    *callbacks_urls,
    *disputes_urls,
    *consultations_urls,
    *agency_urls,
    *similar_urls,
]
