"""Addresses of disputes, service days and legal services, for the desk."""

from django.urls import URLPattern

disputes_urls: list[URLPattern] = []
