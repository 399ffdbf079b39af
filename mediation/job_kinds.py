"""The sheet of disputes."""

from jobs.imports import register
from mediation.sheets import DisputeSheet

register(DisputeSheet)
