"""Media jobs in the admin: how far they are, their videos, schedules, and which film a video is about."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.html import format_html, format_html_join
from unfold.decorators import display

from cinema_project.common.staff_forms import (
    ServiceAdmin,
    ServiceForm,
    StaffAdmin,
    adopt,
    all_values,
    changed_values,
)
from scraping.models import ClipRule, FilmClip, MediaJob, MediaVideo, ScheduledJob
from scraping.selectors.charts import chart_of
from scraping.selectors.clips import buzz, films_talked_about
from scraping.selectors.jobs import drive_links, progress_of_job, progress_of_jobs, videos_of_job
from scraping.selectors.media_json import link_of
from scraping.services.clips import add_rule, hide_clip, link_clip
from scraping.services.jobs import cancel_job, create_job, delete_job
from scraping.services.schedules import create_schedule, delete_schedule, toggle_schedule, update_schedule
from scraping.services.videos import delete_video, retry_failed, retry_video

JOB_STATES = {
    "pending": "default",
    "running": "info",
    "completed": "success",
    "failed": "danger",
    "cancelled": "default",
}
VIDEO_STATES = {
    "pending": "default",
    "downloading": "info",
    "downloaded": "info",
    "uploading": "info",
    "uploaded": "success",
    "failed": "danger",
}
MOST_FILMS, MOST_ASKED = 30, 100
WANTED = ("mode", "value", "limit", "no_watermark", "drive_folder_id")


class StatusFilter(admin.SimpleListFilter):
    """By the five words that a job knows."""

    title, parameter_name = "status", "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return MediaJob.Status.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[MediaJob]) -> QuerySet[MediaJob]:
        states = MediaJob.RUN_STATES.get(self.value() or "")
        return queryset if states is None else queryset.filter(run__state__in=states)


class DeletesByService(StaffAdmin):
    """Deleting a row, one or several, is a service's work."""

    delete_by: Callable[[Any], None]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        type(self).delete_by(obj.pk)


@admin.register(MediaJob)
class MediaJobAdmin(DeletesByService, ServiceAdmin):
    list_display = ("__str__", "shown_status", "shown_progress", "shown_note", "schedule", "created_at")
    list_filter = (StatusFilter, "mode", "created_at")
    list_select_related = ("run", "schedule")
    search_fields = ("value",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "pk")
    actions = ("cancel", "retry")
    delete_by = staticmethod(lambda pk: delete_job(job_id=pk))

    class Media:
        js = ("js/job-progress.js",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return (*WANTED, "since", "until")
        shown = ("shown_status", "shown_progress", "shown_note")
        return (*WANTED, "since", "until", shown, ("schedule", "created_at"), "files")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else (*WANTED, "since", "until", *self.READ_ONLY)

    READ_ONLY = ("shown_status", "shown_progress", "shown_note", "schedule", "created_at", "files")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Count for all jobs of the page at once how far they are."""
        page = super().get_changelist_instance(request)
        progress = progress_of_jobs(page.result_list)
        for job in page.result_list:
            job.progress = progress[job.pk]
        return page

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("scraping.change_mediajob")

    def get_urls(self) -> list[Any]:
        mine = path("progress/", self.admin_site.admin_view(self.progress_view), name="scraping_mediajob_progress")
        return [mine, *super().get_urls()]

    def progress_view(self, request: HttpRequest) -> HttpResponse:
        """Tell how far the jobs are that a page shows; it asks every other second."""
        if not self.has_view_permission(request):
            return JsonResponse({}, status=403)
        valid = MediaJob._meta.pk.to_python
        try:
            ids = [valid(one) for one in request.GET.getlist("id")[:MOST_ASKED]]
        except forms.ValidationError:
            return JsonResponse({})
        jobs = MediaJob.objects.filter(pk__in=ids).select_related("run")
        return JsonResponse({str(pk): _said(found) for pk, found in progress_of_jobs(jobs).items()})

    @display(description="status", label=JOB_STATES)
    def shown_status(self, job: MediaJob) -> str:
        return job.status

    @admin.display(description="progress")
    def shown_progress(self, job: MediaJob) -> str:
        said = _said(getattr(job, "progress", None) or progress_of_job(job))
        return format_html('<span data-job="{}" data-live="{}">{}</span>', job.pk, int(job.run.is_live), said)

    @admin.display(description="what became of it")
    def shown_note(self, job: MediaJob) -> str:
        return job.note or job.run.words

    @admin.display(description="files")
    def files(self, job: MediaJob) -> str:
        links = drive_links(videos_of_job(job.pk))
        rows = [(one["video_link"], one["video_id"], one["folder_path"]) for one in links]
        return format_html_join("", '<p><a href="{}">{}</a> {}</p>', rows) or "–"

    def save_model(self, request: HttpRequest, obj: MediaJob, form: Any, change: bool) -> None:
        adopt(obj, create_job(**all_values(form)))

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[MediaJob]) -> None:
        self.act_on_each(request, queryset, lambda job: cancel_job(job_id=job.pk, by=request.user), "cancelled")

    @admin.action(description="Retry what failed", permissions=["act"])
    def retry(self, request: HttpRequest, queryset: QuerySet[MediaJob]) -> None:
        self.act_on_each(request, queryset, lambda job: retry_failed(job_id=job.pk), "is tried again")


def _said(progress: Any) -> str:
    told = f"{progress.percent} %: {progress.successful} of {progress.total} stored"
    return f"{told}, {progress.failed} failed" if progress.failed else told


@admin.register(MediaVideo)
class MediaVideoAdmin(DeletesByService):
    list_display = ("thumbnail", "__str__", "shown_state", "views", "likes", "words", "created_at_tiktok", "error")
    list_filter = ("state", "has_watermark", "created_at_tiktok", "scraped_at")
    search_fields = ("=id", "author_username", "desc", "tags__tag")
    ordering = ("-scraped_at", "-pk")
    actions = ("retry",)
    delete_by = staticmethod(lambda pk: delete_video(video_id=pk))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            "thumbnail",
            ("id", "shown_state", "note", "error"),
            ("author_username", "author_nickname", "created_at_tiktok"),
            "desc",
            "hashtags",
            ("views", "likes", "comments", "shares", "counted_at"),
            ("music_title", "music_author", "duration"),
            ("has_watermark", "file_size", "checksum"),
            ("folder_path", "file"),
            "job",
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("scraping.change_mediavideo")

    @admin.display(description="")
    def thumbnail(self, video: MediaVideo) -> str:
        if not video.cover:
            return "–"
        picture = link_of("", video.cover)
        return format_html('<img src="{}" alt="" width="54" height="96" loading="lazy">', picture)

    @display(description="status", ordering="state", label=VIDEO_STATES)
    def shown_state(self, video: MediaVideo) -> str:
        return video.state

    @admin.display(description="text")
    def words(self, video: MediaVideo) -> str:
        return video.desc[:80]

    @admin.display(description="file")
    def file(self, video: MediaVideo) -> str:
        link = link_of(video.drive_file_id, video.storage_name) if video.state == MediaVideo.State.UPLOADED else None
        return format_html('<a href="{}">Open</a>', link) if link else "–"

    @admin.action(description="Retry", permissions=["act"])
    def retry(self, request: HttpRequest, queryset: QuerySet[MediaVideo]) -> None:
        self.act_on_each(request, queryset, lambda video: retry_video(video_id=video.pk), "is tried again")


class ScheduleForm(ServiceForm):
    names = {"name": "label"}


@admin.register(ScheduledJob)
class ScheduledJobAdmin(DeletesByService, ServiceAdmin):
    form = ScheduleForm
    list_display = ("label", "name", "interval_minutes", "enabled", "last_run_at", "next_run_at", "runs")
    list_filter = ("enabled", "mode", "last_run_at")
    search_fields = ("label", "value")
    ordering = ("label", "pk")
    actions = ("toggle",)
    fields = ("label", *WANTED, "interval_minutes", "enabled", ("last_run_at", "next_run_at", "runs"))
    readonly_fields = ("last_run_at", "next_run_at", "runs")
    delete_by = staticmethod(lambda pk: delete_schedule(schedule_id=pk))

    @admin.display(description="runs")
    def runs(self, schedule: ScheduledJob) -> str:
        return f"{schedule.total_runs}: {schedule.successful_runs} well, {schedule.failed_runs} not"

    def save_model(self, request: HttpRequest, obj: ScheduledJob, form: Any, change: bool) -> None:
        made = (
            update_schedule(schedule_id=obj.pk, **changed_values(form))
            if change
            else create_schedule(**all_values(form))
        )
        adopt(obj, made)

    @admin.action(description="Switch on or off", permissions=["change"])
    def toggle(self, request: HttpRequest, queryset: QuerySet[ScheduledJob]) -> None:
        self.act_on_each(request, queryset, lambda one: toggle_schedule(schedule_id=one.pk), "switched")


@admin.register(ClipRule)
class ClipRuleAdmin(ServiceAdmin):
    list_display = ("movie", "kind", "words")
    list_filter = ("kind",)
    list_select_related = ("movie",)
    search_fields = ("words", "movie__title")
    ordering = ("movie__title", "pk")
    autocomplete_fields = ("movie",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ClipRule, form: Any, change: bool) -> None:
        given = form.cleaned_data
        adopt(obj, add_rule(movie_id=given["movie"].pk, kind=given["kind"], words=given["words"]))


@admin.register(FilmClip)
class FilmClipAdmin(ServiceAdmin):
    list_display = ("movie", "video", "rule", "watched", "is_hidden")
    list_filter = ("is_hidden", ("rule", admin.EmptyFieldListFilter))
    list_select_related = ("movie", "video", "rule", "rule__movie")
    search_fields = ("movie__title", "video__author_username", "=video__id")
    ordering = ("-video__views", "pk")
    autocomplete_fields = ("movie", "video")
    fields = ("movie", "video")
    actions = ("hide",)
    list_before_template = "admin/scraping/filmclip/to_buzz.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("scraping.change_filmclip")

    def get_urls(self) -> list[Any]:
        mine = path("buzz/", self.admin_site.admin_view(self.buzz_view), name="scraping_filmclip_buzz")
        return [mine, *super().get_urls()]

    def buzz_view(self, request: HttpRequest) -> HttpResponse:
        """Show how often the videos about each film were watched, over time."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        films = list(films_talked_about()[:MOST_FILMS])
        found = buzz([film.pk for film in films])
        days = [found.get(film.pk, []) for film in films]
        shown = [{"film": film, "days": of, "chart": chart_of(of)} for film, of in zip(films, days, strict=True)]
        context = {**self.admin_site.each_context(request), "title": "Buzz", "films": shown}
        return render(request, "admin/scraping/filmclip/buzz.html", context)

    @admin.display(description="views", ordering="video__views")
    def watched(self, clip: FilmClip) -> int:
        return clip.video.views

    def save_model(self, request: HttpRequest, obj: FilmClip, form: Any, change: bool) -> None:
        given = form.cleaned_data
        adopt(obj, link_clip(movie_id=given["movie"].pk, video_id=given["video"].pk))

    @admin.action(description="Take off the film's page", permissions=["act"])
    def hide(self, request: HttpRequest, queryset: QuerySet[FilmClip]) -> None:
        self.act_on_each(request, queryset, lambda clip: hide_clip(clip_id=clip.pk), "taken off")
