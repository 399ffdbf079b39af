"""Addresses of the staff pages about what is released to the public ledger."""

from django.urls import path

from desk.views import openly

openly_urls: list = [
    path("openly/", openly.openly, name="openly"),
    path("cases/<str:number>/publish/", openly.publish, name="publish"),
    path("cases/<str:number>/take-back/", openly.take_back, name="take-back"),
]
