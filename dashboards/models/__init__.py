"""Totals and what keeps them, and the weights of the three dimensions."""

from dashboards.models.report import ReportTemplate
from dashboards.models.totals import DayTotal, Delta, RollupFault, TimeTotal
from dashboards.models.weight import DimensionWeight

__all__ = ["DayTotal", "Delta", "DimensionWeight", "ReportTemplate", "RollupFault", "TimeTotal"]
