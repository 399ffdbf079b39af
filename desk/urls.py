"""Addresses of the staff pages."""

from django.urls import path

from desk.views import actions, case, home, imports, inbox, ledger, notices, register

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("cases/", inbox.cases, name="cases"),
    path("cases/bulk/", inbox.bulk, name="bulk"),
    path("cases/register/", register.register, name="register"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/act/<slug:action>/", actions.act, name="act"),
    path("cases/<str:number>/reports/<int:pk>/contact/", case.contact, name="contact"),
    path("photos/<uuid:pk>/<str:size>/", case.photo, name="photo"),
    path("approvals/<int:pk>/", actions.decide, name="decide"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("notices/", notices.notices, name="notices"),
    path("import/", imports.upload, name="import"),
    path("import/<uuid:pk>/", imports.progress, name="import-job"),
    path("export/", inbox.export, name="export"),
]
