"""The sheet of contributions."""

from consultations.sheets import ContributionSheet
from jobs.imports import register

register(ContributionSheet)
