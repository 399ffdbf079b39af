"""The project: settings, addresses and the Celery application. The only place that knows every app."""

from weidu_portal.celery import app as celery_app

__all__ = ["celery_app"]
