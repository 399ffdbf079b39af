"""Addresses of disputes, service days and legal services, for the desk."""

from django.urls import path

from desk.views import disputes, legal

disputes_urls = [
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/register/", disputes.register, name="dispute-register"),
    path("disputes/days/", legal.days, name="service-days"),
    path("disputes/days/plan/", legal.plan, name="service-day-plan"),
    path("disputes/days/<int:pk>/<slug:act>/", legal.settle, name="service-day-act"),
    path("disputes/legal/register/", legal.serve, name="legal-service"),
    path("disputes/of-case/<str:number>/", disputes.convert, name="dispute-convert"),
    path("disputes/<str:number>/", disputes.dispute, name="dispute"),
    path("disputes/<str:number>/act/<slug:action>/", disputes.act, name="dispute-act"),
    path("disputes/<str:number>/parties/<int:pk>/", disputes.contact, name="dispute-contact"),
    path("disputes/<str:number>/agreement/", disputes.agreement, name="dispute-agreement"),
    path("disputes/<str:number>/scans/<int:pk>/", disputes.scan, name="dispute-scan"),
]
