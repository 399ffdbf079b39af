"""Addresses of cases of the same trouble, for the desk."""

from django.urls import URLPattern

similar_urls: list[URLPattern] = []
