"""Figures: `from dashboards import services as dashboards`."""
