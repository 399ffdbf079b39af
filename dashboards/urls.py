"""Addresses of the boards."""

from django.urls import path

from dashboards.views import boards, lists, reports

app_name = "boards"

urlpatterns = [
    path("", boards.board, name="board"),
    path("cases/", lists.cases, name="list"),
    path("reports/", reports.reports_page, name="reports"),
    path("reports/templates/", reports.upload_template, name="template-upload"),
    path("reports/templates/<slug:pace>/", reports.template, name="template"),
    path("reports/<uuid:pk>/", reports.report, name="report"),
    path("reports/<uuid:pk>/file/", reports.report_file, name="report-file"),
]
