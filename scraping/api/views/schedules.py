"""Scheduled media jobs, and figures about all of it, over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cinema_project.common import clock
from scraping.api.serializers.jobs import (
    HealthOutput,
    ScheduleInput,
    ScheduleOutput,
    SchedulesQuery,
    StatsOutput,
)
from scraping.api.views.media import MALFORMED, ONCE, PAGE, TAGS, MediaView, refused
from scraping.media.credentials import is_usable
from scraping.models import ScheduledJob
from scraping.selectors import jobs as selectors
from scraping.selectors.media_json import moment
from scraping.services import schedules as services

NO_SCHEDULE = refused(404, "Scheduled job with id 660e8400-e29b-41d4-a716-446655440000 not found")
PATIENCE = timedelta(minutes=1)
"""How long ago the clock may have looked."""


def named(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a request under our names."""
    return {"label" if name == "name" else name: value for name, value in asked.items()}


class Schedules(MediaView):
    @extend_schema(
        operation_id="list_scheduled_jobs",
        tags=TAGS,
        parameters=[SchedulesQuery, *PAGE],
        responses={200: ScheduleOutput(many=True)} | MALFORMED,
    )
    def get(self, request: Request) -> Response:
        """List the schedules, the latest first."""
        enabled = self.query(SchedulesQuery)["enabled"]
        rows = ScheduledJob.objects.order_by("-created_at", "pk")
        rows = rows if enabled is None else rows.filter(enabled=enabled)
        return self.page(rows, lambda found, _total: ScheduleOutput(found, many=True).data)

    @extend_schema(
        operation_id="create_scheduled_job",
        tags=TAGS,
        parameters=ONCE,
        request=ScheduleInput,
        responses={201: ScheduleOutput} | MALFORMED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Make a schedule. Its first job begins one interval from now."""
        return self.created(
            request, lambda: ScheduleOutput(services.create_schedule(**named(self.asked(ScheduleInput)))).data
        )


class OneSchedule(MediaView):
    @extend_schema(operation_id="show_scheduled_job", tags=TAGS, responses={200: ScheduleOutput} | NO_SCHEDULE)
    def get(self, request: Request, scheduled_job_id: UUID) -> Response:
        """Show a schedule."""
        return Response(ScheduleOutput(services.found_schedule(scheduled_job_id)).data)

    @extend_schema(
        operation_id="update_scheduled_job",
        tags=TAGS,
        request=ScheduleInput,
        responses={200: ScheduleOutput} | NO_SCHEDULE | MALFORMED,
    )
    def patch(self, request: Request, scheduled_job_id: UUID) -> Response:
        """Change some fields of a schedule. A new interval counts from its last job."""
        changes = named(self.asked(ScheduleInput, partial=True))
        return Response(ScheduleOutput(services.update_schedule(schedule_id=scheduled_job_id, **changes)).data)

    @extend_schema(operation_id="delete_scheduled_job", tags=TAGS, responses={204: None} | NO_SCHEDULE)
    def delete(self, request: Request, scheduled_job_id: UUID) -> Response:
        """Delete a schedule. The jobs that it made stay."""
        services.delete_schedule(schedule_id=scheduled_job_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ToggleSchedule(MediaView):
    @extend_schema(
        operation_id="toggle_scheduled_job", tags=TAGS, request=None, responses={200: ScheduleOutput} | NO_SCHEDULE
    )
    def post(self, request: Request, scheduled_job_id: UUID) -> Response:
        """Switch a schedule on or off. On again, its next job begins one interval from now."""
        return Response(ScheduleOutput(services.toggle_schedule(schedule_id=scheduled_job_id)).data)


class Stats(MediaView):
    @extend_schema(operation_id="show_job_stats", tags=TAGS, responses=StatsOutput)
    def get(self, request: Request) -> Response:
        """Show what all jobs, videos and schedules come to."""
        return Response(selectors.stats())


class Health(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="show_job_health", tags=TAGS, responses=HealthOutput)
    def get(self, request: Request) -> Response:
        """Tell whether jobs can be worked on. Healthy means: database and Google Drive are there."""
        try:
            now, looked = clock.now(), services.last_beat()
        except (DatabaseError, InterfaceError):
            return Response(_health(database=False, scheduler=False))
        scheduler = looked is not None and now - looked <= PATIENCE
        return Response({**_health(database=True, scheduler=scheduler), "timestamp": moment(now)})


def _health(*, database: bool, scheduler: bool) -> dict[str, Any]:
    drive = is_usable()
    return {
        "status": "healthy" if database and drive else "degraded",
        "version": settings.SPECTACULAR_SETTINGS["VERSION"],
        "timestamp": None,
        "database": database,
        "google_drive": drive,
        "scheduler": scheduler,
    }
