"""Addresses of consultations and their money books, for the desk."""

from django.urls import URLPattern

consultations_urls: list[URLPattern] = []
