"""Figures: `from dashboards.services import figures, periods`, then `figures.figures("411002005", period)`.

The scope of a figure is the code of a district, street or community. Figures of grids exist on the board of their own
community alone (`live.sums_by`). `folding` keeps the totals, `rows` lists the cases behind a number.
"""
