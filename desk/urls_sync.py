"""Addresses of the staff pages about what phones sent."""

from django.urls import path

from desk.views import devices, review_items

sync_urls = [
    path("review-items/", review_items.review_items, name="review-items"),
    path("review-items/<uuid:pk>/", review_items.review_item, name="review-item"),
    path("devices/", devices.devices, name="devices"),
]
