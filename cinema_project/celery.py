"""The Celery application; tasks live in each app's tasks.py (the clock calls) and background.py (work handed off)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinema_project.settings")

app = Celery("cinema_project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="background")
