"""Addresses of consultations, for residents."""

from django.urls import path

from public.views import consultations

consultation_urls = [
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/<str:number>/", consultations.consultation, name="consultation"),
    path("consultations/<str:number>/money/", consultations.money, name="consultation-money"),
    path("consultations/<str:number>/photos/<uuid:pk>/<str:size>/", consultations.photo, name="consultation-photo"),
    path("v/<uuid:key>/", consultations.review, name="consultation-review"),
]
