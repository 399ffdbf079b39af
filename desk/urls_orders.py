"""Addresses of the staff pages about supervision orders."""

from django.urls import path

from desk.views import orders

orders_urls: list = [
    path("supervision/", orders.supervision, name="supervision"),
    path("supervision/list/", orders.supervised, name="supervised"),
    path("supervision/new/<str:number>/", orders.new, name="order-new"),
    path("supervision/orders/<int:pk>/", orders.order, name="order"),
    path("supervision/orders/<int:pk>/sheet/", orders.sheet, name="order-sheet"),
    path("supervision/orders/<int:pk>/<slug:action>/", orders.act, name="order-act"),
]
