"""The addresses of the API, version 1, and its OpenAPI 3 description. Later apps add theirs here."""

from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import IsAuthenticated

from cases import api as cases
from common.api import JsonView
from grids import api as grids
from households import api as households
from wishes import api as wishes


class KeyScheme(OpenApiAuthenticationExtension):
    """How the description names the keys of other systems."""

    target_class = "accounts.api.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema) -> dict:
        """`Authorization: Bearer wd_…`."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key issued in the administration: wd_<prefix>_<secret>.",
        }


class Schema(JsonView, SpectacularJSONAPIView):
    """The OpenAPI 3 description as JSON; read by whoever may call the API."""

    permission_classes = [IsAuthenticated]


app_name = "api"

urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("areas/", grids.AreaList.as_view(), name="areas"),
    path("compounds/", grids.CompoundList.as_view(), name="compounds"),
    path("categories/", cases.CategoryList.as_view(), name="categories"),
    path("cases/", cases.CaseList.as_view(), name="cases"),
    path("cases/<str:number>/", cases.CaseItem.as_view(), name="case"),
    path("cases/<str:number>/events/", cases.EventList.as_view(), name="case-events"),
    path("cases/<str:number>/actions/<slug:action>/", cases.CaseAction.as_view(), name="case-action"),
    path(
        "cases/<str:number>/assignments/<int:pk>/<slug:action>/",
        cases.AssignmentAction.as_view(),
        name="case-assignment",
    ),
    path("cases/<str:number>/approvals/<int:pk>/", cases.Decision.as_view(), name="case-approval"),
    path("households/", households.HouseholdList.as_view(), name="households"),
    path("wishes/", wishes.WishList.as_view(), name="wishes"),
    path("wishes/<str:number>/", wishes.WishItem.as_view(), name="wish"),
    path("households/<int:pk>/", households.HouseholdItem.as_view(), name="household"),
]
