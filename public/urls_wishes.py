"""Addresses of what residents open about micro-wishes: wall, form, progress."""

from django.urls import URLPattern

wish_urls: list[URLPattern] = []
