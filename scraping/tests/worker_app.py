"""Celery as the product runs it, with a source of films: ``celery -A scraping.tests.worker_app worker``.

The site's address stands in SITE_URL, of which workers have no other use.
"""

import django
from celery import Task
from celery.signals import task_prerun
from django.conf import settings

from cinema_project.celery import app

__all__ = ["app"]

django.setup()  # sources know models

from scraping.sources.registry import SOURCES  # noqa: E402
from scraping.tests.numbers import Numbers  # noqa: E402


@task_prerun.connect
def tell(task: Task, **_: object) -> None:
    """Let the worker's log say what it takes up."""
    print(f"Takes up {task.name}", flush=True)


SOURCES["numbers"] = lambda: Numbers(settings.SITE_URL, 300)
