"""Media jobs over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scraping.api.serializers.jobs import JobDetailOutput, JobInput, JobOutput, JobsQuery
from scraping.api.views.media import MALFORMED, ONCE, PAGE, TAGS, MediaView, refused
from scraping.models import MediaJob
from scraping.selectors import jobs as selectors
from scraping.selectors.media_json import video_json
from scraping.services import jobs as services

NO_JOB = refused(404, "Job with id 550e8400-e29b-41d4-a716-446655440000 not found")


def shown(job: MediaJob) -> dict[str, Any]:
    return selectors.job_json(job, selectors.progress_of_job(job))


class Jobs(MediaView):
    @extend_schema(
        operation_id="list_jobs",
        tags=TAGS,
        parameters=[JobsQuery, *PAGE],
        responses={200: JobOutput(many=True)} | MALFORMED,
    )
    def get(self, request: Request) -> Response:
        """List the jobs, the latest first."""

        def show(found: list[MediaJob], _total: int) -> list[dict[str, Any]]:
            progress = selectors.progress_of_jobs(found)
            return [selectors.job_json(job, progress[job.pk]) for job in found]

        return self.page(selectors.jobs(**self.query(JobsQuery)), show)

    @extend_schema(
        operation_id="create_job",
        tags=TAGS,
        parameters=ONCE,
        request=JobInput,
        responses={201: JobOutput} | MALFORMED,
    )
    def post(self, request: Request) -> HttpResponse:
        """Begin a job: list the videos of a user or hashtag and, where the operator has the rights, fetch and store
        them. A worker takes it up by and by; `GET /jobs/{job_id}` and `/ws/jobs/{job_id}` tell how far it is."""
        return self.created(request, lambda: shown(services.create_job(**self.asked(JobInput))))


class OneJob(MediaView):
    @extend_schema(operation_id="show_job", tags=TAGS, responses={200: JobDetailOutput} | NO_JOB)
    def get(self, request: Request, job_id: UUID) -> Response:
        """Show a job, its videos, and where their files are."""
        job = services.found_job(job_id)
        videos = selectors.videos_of_job(job_id)
        told = {
            "job": shown(job),
            "videos": [video_json(video) for video in videos],
            "drive_links": selectors.drive_links(videos),
        }
        return Response(told)

    @extend_schema(operation_id="delete_job", tags=TAGS, responses={204: None} | NO_JOB)
    def delete(self, request: Request, job_id: UUID) -> Response:
        """Delete a job with its videos. One that runs is called off first. What is stored stays there, and a video that
        another job lists stays with that one."""
        services.delete_job(job_id=job_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelJob(MediaView):
    @extend_schema(
        operation_id="cancel_job",
        tags=TAGS,
        request=None,
        responses={200: JobOutput} | NO_JOB | refused(400, "Cannot cancel job with status completed"),
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        """Call a job off. The answer waits up to two seconds for the worker to stop; until then the job is running."""
        by = request.user if request.user.is_authenticated else None
        return Response(shown(services.cancel_job(job_id=job_id, by=by)))
