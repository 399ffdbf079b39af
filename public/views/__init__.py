"""Pages of the service hall."""

from public.views.asking import join, kinds, places, receipt, request_form, similar
from public.views.hall import cadre, home, privacy, rights, size
from public.views.tracking import add, answer, leave, photo, progress, track, withdraw

__all__ = [
    "add",
    "answer",
    "cadre",
    "home",
    "join",
    "kinds",
    "leave",
    "photo",
    "places",
    "privacy",
    "progress",
    "receipt",
    "request_form",
    "rights",
    "similar",
    "size",
    "track",
    "withdraw",
]
