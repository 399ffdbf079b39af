"""Addresses of the staff pages about visits."""

from django.urls import path

from desk.views import campaigns, coverage, not_met, opinions

visit_urls = [
    path("opinions/", opinions.opinions, name="opinions"),
    path("opinions/bulk/", opinions.bulk, name="opinions-bulk"),
    path("opinions/<uuid:uuid>/", opinions.opinion, name="opinion"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/end/", campaigns.end, name="campaign-end"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("coverage/households/", coverage.households, name="coverage-households"),
    path("not-met/", not_met.not_met, name="not-met"),
    path("not-met/<int:pk>/settle/", not_met.settle, name="not-met-settle"),
    path("not-met/<int:pk>/check/", not_met.check, name="not-met-check"),
    path("visit-hints/", not_met.hints, name="visit-hints"),
]
