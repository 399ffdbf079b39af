"""The portal as a WSGI application."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weidu_portal.settings")

application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)

# What was loaded by now, the pages included, stays for good. Without this the collector walks all of it every few hundred
# pages, and one reader waits 200 ms longer.
gc.collect()
gc.freeze()
