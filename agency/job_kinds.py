"""The sheet of errands."""

from agency.sheets import ErrandSheet
from jobs.imports import register

register(ErrandSheet)
