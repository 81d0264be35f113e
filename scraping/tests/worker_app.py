"""Celery as the product runs it, with a source of films: ``celery -A scraping.tests.worker_app worker``.

The site's address stands in SITE_URL, of which workers have no other use.
"""

from django.conf import settings

from cinema_project.celery import app
from scraping.sources.registry import SOURCES
from scraping.tests.numbers import Numbers

__all__ = ["app"]

SOURCES["numbers"] = lambda: Numbers(settings.SITE_URL, 300)
