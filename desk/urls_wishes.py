"""Addresses of the staff pages about micro-wishes."""

from django.urls import path

from desk.views import volunteers, wish_register, wishes

wish_urls = [
    path("wishes/", wishes.wishes, name="wishes"),
    path("wishes/register/", wish_register.register, name="wish-register"),
    path("wishes/volunteers/", volunteers.volunteers, name="volunteers"),
    path("wishes/volunteers/invite/", volunteers.invite, name="unit-invite"),
    path("wishes/volunteers/<int:pk>/", volunteers.volunteer, name="volunteer"),
    path("wishes/<str:number>/", wishes.wish, name="wish"),
    path("wishes/<str:number>/act/<slug:action>/", wishes.act, name="wish-act"),
    path("wishes/<str:number>/contact/", wishes.contact, name="wish-contact"),
    path("wishes/<str:number>/photo/", wishes.photo, name="wish-photo"),
]
