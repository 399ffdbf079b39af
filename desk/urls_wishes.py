"""Addresses of the staff pages about micro-wishes."""

from django.urls import path

from desk.views import wishes

wish_urls = [
    path("wishes/<str:number>/", wishes.wish, name="wish"),
]
