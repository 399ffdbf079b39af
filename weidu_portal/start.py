"""Where somebody starts after signing in: accounts does not know the pages of the apps above it."""

from django.conf import settings

from grids.permissions import abilities_of
from wishes.models import Volunteer


def only_claims(user) -> bool:
    """True for a volunteer whose posts open no page of the desk."""
    if not user.is_authenticated or abilities_of(user):
        return False
    return Volunteer.objects.filter(user=user).exists()


def page_of(user) -> str:
    """The name of the page to start from: 我的认领 for volunteers without a post, else the desk."""
    return "public:claims" if only_claims(user) else settings.LOGIN_REDIRECT_URL
