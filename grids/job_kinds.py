"""The sheets of the ground: compounds with buildings, organizations, postings."""

from grids.sheets import CompoundSheet, OrganizationSheet, PostingSheet
from jobs.imports import register

for _sheet in (CompoundSheet, OrganizationSheet, PostingSheet):
    register(_sheet)
