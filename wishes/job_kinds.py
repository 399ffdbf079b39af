"""The sheet of micro-wishes."""

from jobs.imports import register
from wishes.sheets import WishSheet

register(WishSheet)
