"""Addresses of errands the community runs, for residents."""

from django.urls import URLPattern

agency_urls: list[URLPattern] = []
