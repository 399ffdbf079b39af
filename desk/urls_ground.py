"""Addresses of places, organizations and what stands in a neighbourhood."""

from django.urls import path

from desk.views import centres, door_codes, ground, neighbours, organizations

ground_urls = [
    path("ground/", ground.ground, name="ground"),
    path("ground/areas/<slug:code>/", ground.area, name="area"),
    path("ground/areas/<slug:code>/edit/", ground.area_edit, name="area-edit"),
    path("ground/areas/<slug:code>/partnerships/new/", neighbours.partnership_new, name="partnership-new"),
    path("ground/compounds/new/", ground.compound_new, name="compound-new"),
    path("ground/compounds/<int:pk>/", ground.compound, name="compound"),
    path("ground/compounds/<int:pk>/edit/", ground.compound_edit, name="compound-edit"),
    path("ground/compounds/<int:pk>/close/", ground.compound_close, name="compound-close"),
    path("ground/compounds/<int:pk>/buildings/", ground.buildings_add, name="buildings-add"),
    path("ground/compounds/<int:pk>/codes/", door_codes.codes, name="door-codes"),
    path("ground/compounds/<int:pk>/codes/renew/", door_codes.renew, name="door-codes-renew"),
    path("ground/compounds/<int:pk>/body/", neighbours.body, name="body"),
    path("ground/compounds/<int:pk>/body/end/", neighbours.body_end, name="body-end"),
    path(
        "ground/compounds/<int:pk>/partnerships/new/",
        neighbours.compound_partnership_new,
        name="compound-partnership-new",
    ),
    path("ground/buildings/<int:pk>/edit/", ground.building_edit, name="building-edit"),
    path("ground/buildings/<int:pk>/close/", ground.building_close, name="building-close"),
    path("partnerships/<int:pk>/end/", neighbours.partnership_end, name="partnership-end"),
    path("groups/new/", neighbours.group_new, name="group-new"),
    path("groups/<int:pk>/edit/", neighbours.group_edit, name="group-edit"),
    path("groups/<int:pk>/close/", neighbours.group_close, name="group-close"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations/new/", organizations.organization_new, name="organization-new"),
    path("organizations/<int:pk>/", organizations.organization, name="organization"),
    path("organizations/<int:pk>/edit/", organizations.organization_edit, name="organization-edit"),
    path("organizations/<int:pk>/retire/", organizations.organization_retire, name="organization-retire"),
    path("centres/", centres.centres, name="centres"),
    path("centres/new/", centres.centre_new, name="centre-new"),
    path("centres/<int:pk>/", centres.centre, name="centre"),
    path("centres/<int:pk>/edit/", centres.centre_edit, name="centre-edit"),
    path("centres/<int:pk>/inspect/", centres.inspect, name="centre-inspect"),
    path("centres/<int:pk>/close/", centres.centre_close, name="centre-close"),
    path("points/", centres.points, name="points"),
    path("points/new/", centres.point_new, name="point-new"),
    path("points/<int:pk>/edit/", centres.point_edit, name="point-edit"),
    path("points/<int:pk>/remove/", centres.point_remove, name="point-remove"),
]
