"""Addresses of cases of the same trouble, for the desk."""

from django.urls import URLPattern, path

from desk.views import bundles, register

similar_urls: list[URLPattern] = [
    path("bundles/", bundles.bundles, name="bundles"),
    path("bundles/<int:pk>/", bundles.bundle, name="bundle"),
    path("bundles/alike/<int:pk>/", bundles.circle, name="alike"),
    path("cases/register/similar/", register.similar, name="register-similar"),
    path("cases/<str:number>/bundle/", bundles.bundle_up, name="bundle-up"),
    path("cases/<str:number>/bundle/leave/", bundles.take_out, name="bundle-leave"),
]
