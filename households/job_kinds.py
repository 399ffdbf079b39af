"""The sheet of households."""

from households.sheets import HouseholdSheet
from jobs.imports import register

register(HouseholdSheet)
