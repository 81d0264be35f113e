"""Paths of media jobs below ``/api/v1``."""

from django.urls import path

from scraping.api.views import jobs, schedules, videos

urlpatterns = [
    path("jobs", jobs.Jobs.as_view()),
    path("jobs/<uuid:job_id>", jobs.OneJob.as_view()),
    path("jobs/<uuid:job_id>/cancel", jobs.CancelJob.as_view()),
    path("videos", videos.Videos.as_view()),
    path("videos/<slug:video_id>", videos.OneVideo.as_view()),
    path("videos/<slug:video_id>/retry", videos.RetryVideo.as_view()),
    path("scheduled-jobs", schedules.Schedules.as_view()),
    path("scheduled-jobs/<uuid:scheduled_job_id>", schedules.OneSchedule.as_view()),
    path("scheduled-jobs/<uuid:scheduled_job_id>/toggle", schedules.ToggleSchedule.as_view()),
    path("stats", schedules.Stats.as_view()),
    path("stats/health", schedules.Health.as_view()),
]
