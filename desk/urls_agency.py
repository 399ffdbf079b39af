"""Addresses of errands run for people, for the desk."""

from django.urls import URLPattern

agency_urls: list[URLPattern] = []
