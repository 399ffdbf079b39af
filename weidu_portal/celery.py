"""The Celery application and its timetable. Beat is the guarantee; services may nudge a task earlier."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weidu_portal.settings")

app = Celery("weidu_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
