"""Addresses of consultations, for residents."""

from django.urls import URLPattern

consultation_urls: list[URLPattern] = []
