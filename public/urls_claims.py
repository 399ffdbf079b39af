"""Addresses of the pages of those who claim wishes."""

from django.urls import path

from public.views import claim_notices, claiming, claims, volunteer

claim_urls = [
    path("claims/", claims.claims, name="claims"),
    path("claims/notices/", claim_notices.notices, name="claim-notices"),
    path("claims/<uuid:uuid>/", claims.claim, name="claim"),
    path("claims/<uuid:uuid>/contact/", claims.contact, name="claim-contact"),
    path("claims/<uuid:uuid>/photo/", claims.photo, name="claim-photo"),
    path("claims/<uuid:uuid>/<slug:action>/", claims.act, name="claim-act"),
    path("wishes/<str:key>/claim/", claiming.claim, name="wish-claim"),
    path("volunteer/", volunteer.register, name="volunteer"),
    path("volunteer/<str:token>/", volunteer.invited, name="volunteer-invited"),
]
