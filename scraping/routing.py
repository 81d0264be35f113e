"""WebSocket addresses; the trailing slash is optional."""

from django.urls import re_path

from scraping.consumers import JobConsumer

JOB_ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
websocket_urlpatterns = [re_path(rf"^ws/jobs/(?P<job_id>{JOB_ID})/?$", JobConsumer.as_asgi())]
