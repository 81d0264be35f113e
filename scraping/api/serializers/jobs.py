"""Shapes of what is asked and told about media jobs; the examples are those of the specification."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from scraping.models import MediaJob, MediaVideo, Mode
from scraping.models.jobs import MOST_VIDEOS, SHORTEST_INTERVAL, USUAL_VIDEOS
from scraping.services.schedules import LONGEST_INTERVAL, LONGEST_LABEL

ID = "550e8400-e29b-41d4-a716-446655440000"
VIDEO_ID, DRIVE_ID = "7123456789012345678", "1aBcDeFgHiJkLmNoPqRsTuVw"
FOLDER = "TikTok/profile/khaby.lame/2025/01"
ADDRESS = f"https://www.tiktok.com/@khaby.lame/video/{VIDEO_ID}"
WANTED = {"mode": "profile", "value": "khaby.lame", "limit": 50, "no_watermark": True}
JOB = {
    "id": ID,
    **WANTED,
    "since": "2024-01-01T00:00:00.000000Z",
    "until": "2024-12-31T23:59:59.000000Z",
    "drive_folder_id": None,
    "status": "pending",
    "progress": 0,
    "total_videos": 0,
    "successful_downloads": 0,
    "failed_downloads": 0,
    "error_message": None,
    "failure_reason": None,
    "note": None,
    "scheduled_job_id": None,
    "created_at": "2025-01-15T10:30:00.000000Z",
    "started_at": None,
    "completed_at": None,
}
RUNNING = JOB | {
    "status": "running",
    "progress": 46,
    "total_videos": 50,
    "successful_downloads": 22,
    "failed_downloads": 1,
    "started_at": "2025-01-15T10:30:02.000000Z",
}
VIDEO = {
    "id": VIDEO_ID,
    "job_id": ID,
    "url": ADDRESS,
    "desc": "Video description",
    "author_username": "khaby.lame",
    "author_nickname": "Khabane Lame",
    "views": 1000000,
    "likes": 50000,
    "comments": 1000,
    "shares": 5000,
    "created_at_tiktok": "2025-01-10T15:30:00.000000Z",
    "hashtags": ["funny", "comedy"],
    "music_title": "Original Sound",
    "music_author": "Khabane Lame",
    "has_watermark": False,
    "file_size": 5242880,
    "checksum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "duration": 15.5,
    "drive_file_id": DRIVE_ID,
    "drive_folder_path": FOLDER,
    "storage_url": None,
    "thumbnail_url": f"/media/clips/{VIDEO_ID}.webp",
    "status": "uploaded",
    "note": None,
    "error_message": None,
    "scraped_at": "2025-01-15T10:30:05.000000Z",
}
LINKS = {
    "video_id": VIDEO_ID,
    "video_link": f"https://drive.google.com/file/d/{DRIVE_ID}/view",
    "metadata_link": "https://drive.google.com/file/d/1dEfGhIjKlMnOpQrStUvWxYz/view",
    "folder_path": FOLDER,
}
VALUE = "A user's name, or a hashtag; @ and # are taken away."
Shape = serializers.Serializer[Any]


class Moment(serializers.DateTimeField):
    """Times without an offset are UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A profile",
            WANTED | {"since": JOB["since"], "until": JOB["until"], "drive_folder_id": "optional-folder-id"},
        )
    ]
)
class JobInput(Shape):
    mode = serializers.ChoiceField(Mode.choices)
    value = serializers.CharField(max_length=101, help_text=VALUE)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_VIDEOS, default=USUAL_VIDEOS, help_text="Of videos.")
    no_watermark = serializers.BooleanField(default=True, help_text="Try harder for files without one.")
    since = Moment(required=False, allow_null=True, help_text="The oldest video that counts.")
    until = Moment(required=False, allow_null=True, help_text="The newest.")
    drive_folder_id = serializers.CharField(
        max_length=200, required=False, allow_null=True, allow_blank=True, help_text="Instead of the house's folder."
    )

    def validate_drive_folder_id(self, value: str | None) -> str:
        return value or ""


class ProgressOutput(Shape):
    status = serializers.ChoiceField(MediaJob.Status.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="Percent.")
    total_videos = serializers.IntegerField(help_text="In the list, those known from earlier jobs included.")
    successful_downloads = serializers.IntegerField(help_text="Stored.")
    failed_downloads = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("A job", JOB)])
class JobOutput(ProgressOutput):
    id = serializers.UUIDField()
    mode = serializers.ChoiceField(Mode.choices)
    value = serializers.CharField()
    limit = serializers.IntegerField()
    no_watermark = serializers.BooleanField()
    since = Moment(allow_null=True)
    until = Moment(allow_null=True)
    drive_folder_id = serializers.CharField(allow_null=True)
    error_message = serializers.CharField(allow_null=True, help_text="Why it failed, for a person.")
    failure_reason = serializers.CharField(allow_null=True, help_text="The same for a program: `source_unavailable`.")
    note = serializers.CharField(allow_null=True, help_text="`downloads_off`, or that there was nothing in range.")
    scheduled_job_id = serializers.UUIDField(allow_null=True)
    created_at = Moment()
    started_at = Moment(allow_null=True)
    completed_at = Moment(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("A video", VIDEO)])
class VideoOutput(Shape):
    id = serializers.CharField(help_text="As TikTok has it.")
    job_id = serializers.UUIDField(help_text="The job that fetches it.")
    url = serializers.CharField()
    desc = serializers.CharField()
    author_username = serializers.CharField()
    author_nickname = serializers.CharField()
    views = serializers.IntegerField()
    likes = serializers.IntegerField()
    comments = serializers.IntegerField()
    shares = serializers.IntegerField()
    created_at_tiktok = Moment(allow_null=True)
    hashtags = serializers.ListField(child=serializers.CharField())
    music_title = serializers.CharField(allow_null=True)
    music_author = serializers.CharField(allow_null=True)
    has_watermark = serializers.BooleanField(allow_null=True, help_text="Null until it is fetched.")
    file_size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    checksum = serializers.CharField(allow_null=True, help_text="SHA-256 of the file.")
    duration = serializers.FloatField(allow_null=True, help_text="Seconds.")
    drive_file_id = serializers.CharField(allow_null=True)
    drive_folder_path = serializers.CharField(allow_null=True)
    storage_url = serializers.CharField(allow_null=True, help_text="Where it is without Google Drive.")
    thumbnail_url = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(MediaVideo.State.choices)
    note = serializers.CharField(allow_null=True, help_text="`downloads_off` or `cancelled` where it waits in vain.")
    error_message = serializers.CharField(allow_null=True)
    scraped_at = Moment()


class LinksOutput(Shape):
    video_id = serializers.CharField()
    video_link = serializers.CharField()
    metadata_link = serializers.CharField()
    folder_path = serializers.CharField()


@extend_schema_serializer(
    examples=[OpenApiExample("A running job", {"job": RUNNING, "videos": [VIDEO], "drive_links": [LINKS]})]
)
class JobDetailOutput(Shape):
    job = JobOutput()
    videos = VideoOutput(many=True)
    drive_links = LinksOutput(many=True)


class JobsQuery(Shape):
    status = serializers.ChoiceField(MediaJob.Status.choices, required=False)


class VideosQuery(Shape):
    mode = serializers.ChoiceField(Mode.choices, required=False, help_text="Of a job that lists it.")
    value = serializers.CharField(max_length=101, required=False, help_text="The user or hashtag of such a job.")
    author_username = serializers.CharField(max_length=100, required=False)
    hashtag = serializers.CharField(max_length=151, required=False, help_text="That it has, in any case.")
    status = serializers.ChoiceField(MediaVideo.State.choices, required=False)


@extend_schema_serializer(many=False, examples=[OpenApiExample("Videos", {"total": 150, "videos": [VIDEO]})])
class VideosOutput(Shape):
    total = serializers.IntegerField()
    videos = VideoOutput(many=True)


SCHEDULE_INPUT = {"name": "Daily Scrape - @khaby.lame", **WANTED, "interval_minutes": 1440, "enabled": True}
SCHEDULE = {
    "id": "660e8400-e29b-41d4-a716-446655440000",
    **SCHEDULE_INPUT,
    "drive_folder_id": None,
    "last_run_at": "2025-01-15T10:00:00.000000Z",
    "next_run_at": "2025-01-16T10:00:00.000000Z",
    "total_runs": 30,
    "successful_runs": 28,
    "failed_runs": 2,
    "created_at": "2024-12-16T10:00:00.000000Z",
    "updated_at": "2024-12-16T10:00:00.000000Z",
}


@extend_schema_serializer(examples=[OpenApiExample("Daily", SCHEDULE_INPUT)])
class ScheduleInput(Shape):
    name = serializers.CharField(max_length=LONGEST_LABEL)
    mode = serializers.ChoiceField(Mode.choices)
    value = serializers.CharField(max_length=101, help_text=VALUE)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_VIDEOS, default=USUAL_VIDEOS)
    no_watermark = serializers.BooleanField(default=True)
    interval_minutes = serializers.IntegerField(min_value=SHORTEST_INTERVAL, max_value=LONGEST_INTERVAL)
    drive_folder_id = serializers.CharField(max_length=200, required=False, allow_null=True, allow_blank=True)
    enabled = serializers.BooleanField(default=True)

    def validate_drive_folder_id(self, value: str | None) -> str:
        return value or ""


@extend_schema_serializer(examples=[OpenApiExample("Daily", SCHEDULE)])
class ScheduleOutput(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField(source="label")
    mode = serializers.ChoiceField(Mode.choices)
    value = serializers.CharField()
    limit = serializers.IntegerField()
    no_watermark = serializers.BooleanField()
    interval_minutes = serializers.IntegerField()
    drive_folder_id = serializers.SerializerMethodField()
    enabled = serializers.BooleanField()
    last_run_at = Moment(allow_null=True)
    next_run_at = Moment(allow_null=True, help_text="Null while it is off.")
    total_runs = serializers.IntegerField()
    successful_runs = serializers.IntegerField(help_text="Whose job was completed.")
    failed_runs = serializers.IntegerField()
    created_at = Moment()
    updated_at = Moment()

    def get_drive_folder_id(self, schedule: Any) -> str | None:
        return schedule.drive_folder_id or None


class SchedulesQuery(Shape):
    enabled = serializers.BooleanField(required=False, allow_null=True, default=None)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Stats",
            {
                "total_jobs": 150,
                "pending_jobs": 5,
                "running_jobs": 2,
                "completed_jobs": 140,
                "failed_jobs": 3,
                "total_videos": 7500,
                "downloaded_videos": 7200,
                "uploaded_videos": 7000,
                "failed_videos": 200,
                "total_storage_bytes": 52428800000,
                "scheduled_jobs_count": 10,
                "active_scheduled_jobs": 8,
            },
        )
    ]
)
class StatsOutput(Shape):
    total_jobs = serializers.IntegerField()
    pending_jobs = serializers.IntegerField()
    running_jobs = serializers.IntegerField()
    completed_jobs = serializers.IntegerField()
    failed_jobs = serializers.IntegerField()
    total_videos = serializers.IntegerField()
    downloaded_videos = serializers.IntegerField(help_text="That got at least as far.")
    uploaded_videos = serializers.IntegerField()
    failed_videos = serializers.IntegerField()
    total_storage_bytes = serializers.IntegerField(help_text="Of what is stored.")
    scheduled_jobs_count = serializers.IntegerField()
    active_scheduled_jobs = serializers.IntegerField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "All is well",
            {
                "status": "healthy",
                "version": "1.0.0",
                "timestamp": "2025-01-15T10:30:00.000000Z",
                "database": True,
                "google_drive": True,
                "scheduler": True,
            },
        )
    ]
)
class HealthOutput(Shape):
    status = serializers.ChoiceField(["healthy", "degraded"])
    version = serializers.CharField()
    timestamp = Moment()
    database = serializers.BooleanField()
    google_drive = serializers.BooleanField(help_text="There are credentials that can be read.")
    scheduler = serializers.BooleanField(help_text="The clock has looked within the last minute.")


class WrongPlace(Shape):
    loc = serializers.ListField(child=serializers.CharField(), help_text="`body` or `query`, then the field.")
    msg = serializers.CharField()
    type = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A field is missing",
            {"detail": [{"loc": ["body", "mode"], "msg": "field required", "type": "value_error.missing"}]},
        )
    ]
)
class MalformedOutput(Shape):
    detail = WrongPlace(many=True)
