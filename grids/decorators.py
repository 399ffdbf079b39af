"""Guards for views."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from grids.permissions import Ability, abilities_of


def require(*abilities: Ability) -> Callable:
    """Let only signed-in users through who hold at least one of `abilities`; others get 403."""

    def guard(view: Callable) -> Callable:
        @login_required
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not abilities_of(request.user) & set(abilities):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard
