"""Addresses of errands run for people, for the desk."""

from django.urls import path

from desk.views import agency

agency_urls = [
    path("agency/", agency.errands, name="agency"),
    path("agency/register/", agency.register, name="agency-register"),
    path("agency/<str:number>/act/<slug:action>/", agency.act, name="agency-act"),
    path("agency/<str:number>/door/", agency.door, name="agency-door"),
    path("agency/<str:number>/voucher/", agency.voucher, name="agency-voucher"),
]
