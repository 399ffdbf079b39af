"""Addresses of the staff pages about whistles, site visits and drafts."""

from django.urls import path

from desk.views import drafts, spot

spot_urls = [
    path("cases/<str:number>/whistle/", spot.whistle_new, name="whistle-new"),
    path("cases/<str:number>/coordinate/", spot.coordinate, name="coordinate"),
    path("whistles/", spot.whistles, name="whistles"),
    path("whistles/<int:pk>/", spot.whistle, name="whistle"),
    path("whistles/<int:pk>/end/", spot.whistle_end, name="whistle-end"),
    path("whistles/<int:pk>/<int:assignment>/<slug:action>/", spot.whistle_act, name="whistle-act"),
    path("drafts/<int:pk>/", drafts.draft, name="draft"),
    path("drafts/<int:pk>/withdraw/", drafts.withdraw, name="draft-withdraw"),
]
