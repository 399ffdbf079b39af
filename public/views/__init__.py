"""Pages of the service hall."""

from public.views.asking import join, kinds, places, receipt, request_form, similar
from public.views.grid import centre_picture, grid, grids
from public.views.hall import cadre, home, privacy, rights, size
from public.views.points import points
from public.views.tracking import add, answer, leave, photo, progress, track, withdraw
from public.views.where import where

__all__ = [
    "add",
    "answer",
    "centre_picture",
    "cadre",
    "grid",
    "grids",
    "home",
    "join",
    "kinds",
    "leave",
    "photo",
    "places",
    "points",
    "privacy",
    "progress",
    "receipt",
    "request_form",
    "rights",
    "similar",
    "size",
    "track",
    "where",
    "withdraw",
]
