"""Addresses of consultations and their money books, for the desk."""

from django.urls import path

from desk.views import consultation_book, consultations, opinions_gather

consultations_urls = [
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/new/", consultations.new, name="consultation-new"),
    path("consultations/<str:number>/", consultations.consultation, name="consultation"),
    path("consultations/<str:number>/change/", consultations.change, name="consultation-change"),
    path("consultations/<str:number>/act/<slug:action>/", consultations.act, name="consultation-act"),
    path("consultations/<str:number>/lines/<int:pk>/<slug:action>/", consultation_book.line, name="consultation-line"),
    path("consultations/<str:number>/objections/<int:pk>/", consultation_book.objection, name="consultation-objection"),
    path("consultations/<str:number>/photos/<uuid:pk>/<str:size>/", consultations.photo, name="consultation-photo"),
    path("consultations/<str:number>/notice/", consultations.notice, name="consultation-notice"),
    path("consultations/<str:number>/money/", consultations.money, name="consultation-money"),
    path("opinions/gather/", opinions_gather.gather, name="opinions-gather"),
]
