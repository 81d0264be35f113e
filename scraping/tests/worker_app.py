"""Celery as the product runs it, with a source of films: ``celery -A scraping.tests.worker_app worker``.

The site's address stands in SITE_URL, of which workers have no other use.
"""

import django
from django.conf import settings

from cinema_project.celery import app

__all__ = ["app"]

django.setup()  # sources know models

from scraping.sources.registry import SOURCES  # noqa: E402
from scraping.tests.numbers import Numbers  # noqa: E402

SOURCES["numbers"] = lambda: Numbers(settings.SITE_URL, 300)
