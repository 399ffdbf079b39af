"""Addresses of the portal."""

from django.contrib import admin
from django.urls import include, path

from weidu_portal import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("account/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("weidu_portal.api")),
    path("boards/", include("dashboards.urls")),
    path("desk/", include("desk.urls")),
    path("field/", include("visits.urls")),
    path("", include("visits.urls_root")),
    path("sync/", include("visits.urls_sync")),
    path("", include("public.urls")),
]

handler400 = "weidu_portal.errors.bad_request"
handler403 = "weidu_portal.errors.forbidden"
handler404 = "weidu_portal.errors.not_found"
handler500 = "weidu_portal.errors.server_error"
