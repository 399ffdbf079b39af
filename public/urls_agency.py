"""Addresses of errands the community runs, for residents."""

from django.urls import path

from public.views import agency

agency_urls = [
    path("agency/", agency.agency, name="agency"),
]
