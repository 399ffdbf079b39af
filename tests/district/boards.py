"""Addresses of figures and reports."""

from django.utils import timezone

from dashboards.services import reports

# Columns: anon wang he chen zhao qian sun li outs clrk admn
# A department has no area, hence no board; a list wants to know of which number.
TABLE = """
GET  boards:board           302  200  200  200  200  200  200  403  200  403  403
GET  boards:list            302  404  404  404  404  404  404  403  404  403  403
POST boards:board           302  405  405  405  405  405  405  405  405  403  403
GET  boards:reports         302  403  200  200  200  200  200  403  200  403  403
POST boards:reports         302  403  200  200  200  200  200  403  200  403  403
GET  boards:template-upload 302  403  403  403  403  405  405  403  403  403  403
POST boards:template-upload 302  403  403  403  403  302  302  403  403  403  403
GET  boards:template/weekly 302  403  403  403  403  200  200  403  403  403  403
GET  boards:report          302  403  404  200  404  404  404  403  404  403  403
GET  boards:report-file     302  403  404  302  404  404  404  403  404  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses."""
    day = timezone.localdate()
    job = reports.ask("weekly", "word", "411002005003", day, day, by=scene["chen"])
    return {"boards:report": [job.pk], "boards:report-file": [job.pk]}
