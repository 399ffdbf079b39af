"""Addresses of the pages of those who claim wishes."""

from django.urls import URLPattern

claim_urls: list[URLPattern] = []
