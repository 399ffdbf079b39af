"""Addresses of the service hall."""

from django.urls import path

from public import views
from public.urls_agency import agency_urls
from public.urls_claims import claim_urls
from public.urls_consultations import consultation_urls
from public.urls_ledger import ledger_urls
from public.urls_wishes import wish_urls
from public.views import doors

app_name = "public"

urlpatterns = [
    path("", views.home, name="home"),
    path("request/", views.request_form, name="request"),
    path("request/kinds/", views.kinds, name="kinds"),
    path("request/places/", views.places, name="places"),
    path("request/where/", views.where, name="where"),
    path("request/similar/", views.similar, name="similar"),
    path("request/join/<str:key>/", views.join, name="join"),
    path("receipt/<uuid:submission>/", views.receipt, name="receipt"),
    path("track/", views.track, name="track"),
    path("progress/", views.progress, name="progress"),
    path("progress/answer/", views.answer, name="answer"),
    path("progress/withdraw/", views.withdraw, name="withdraw"),
    path("progress/add/", views.add, name="add"),
    path("progress/leave/", views.leave, name="leave"),
    path("progress/photos/<uuid:pk>/<str:size>/", views.photo, name="photo"),
    path("grid/", views.grids, name="grids"),
    path("grid/<str:code>/", views.grid, name="grid"),
    path("q/<str:token>/", doors.door, name="door"),
    path("centres/pictures/<uuid:pk>/", views.centre_picture, name="centre-picture"),
    path("points/", views.points, name="points"),
    path("cadre/", views.cadre, name="cadre"),
    path("privacy/", views.privacy, name="privacy"),
    path("rights/", views.rights, name="rights"),
    path("size/", views.size, name="size"),
    *ledger_urls,
    *wish_urls,
    *claim_urls,
    *consultation_urls,
    *agency_urls,
]
