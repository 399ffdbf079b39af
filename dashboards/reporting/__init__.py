"""Weekly and monthly reports: a Word template people may edit, filled by a job; the same figures as a workbook."""
