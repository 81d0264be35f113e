"""Videos that jobs list, where they went, and how often they were watched."""

from django.db import models
from django.db.models import Q

from catalog.models import Movie
from scraping.models.jobs import MediaJob


class MediaVideo(models.Model):
    """A video, under the id that its site gives it. Its state is changed by ``services.videos.move`` alone."""

    class State(models.TextChoices):
        PENDING = "pending"
        DOWNLOADING = "downloading"
        DOWNLOADED = "downloaded"
        UPLOADING = "uploading"
        UPLOADED = "uploaded"
        FAILED = "failed"

    UNDER_WAY = ("downloading", "downloaded", "uploading")

    id = models.CharField(max_length=40, primary_key=True)
    job = models.ForeignKey(MediaJob, on_delete=models.CASCADE, related_name="own_videos", help_text="That fetches it.")
    url = models.CharField(max_length=500)
    desc = models.TextField(blank=True, default="")
    author_username = models.CharField(max_length=100)
    author_nickname = models.CharField(max_length=200, blank=True, default="")
    views = models.PositiveBigIntegerField(default=0)
    likes = models.PositiveBigIntegerField(default=0)
    comments = models.PositiveBigIntegerField(default=0)
    shares = models.PositiveBigIntegerField(default=0)
    created_at_tiktok = models.DateTimeField(null=True, blank=True)
    hashtags = models.JSONField(default=list, blank=True)
    music_title = models.CharField(max_length=300, blank=True, default="")
    music_author = models.CharField(max_length=300, blank=True, default="")
    duration = models.FloatField(null=True, blank=True, help_text="Seconds.")
    cover_url = models.CharField(max_length=1000, blank=True, default="")
    cover = models.CharField(max_length=200, blank=True, default="", help_text="A small picture in our storage.")
    scraped_at = models.DateTimeField()
    counted_at = models.DateTimeField(help_text="When its counts were last read.")
    state = models.CharField("status", max_length=11, choices=State.choices, default=State.PENDING)
    note = models.CharField(max_length=60, blank=True, default="")
    error = models.TextField(blank=True, default="")
    has_watermark = models.BooleanField(null=True, blank=True)
    file_size = models.PositiveBigIntegerField(null=True, blank=True, help_text="Bytes.")
    checksum = models.CharField(max_length=64, blank=True, default="", help_text="SHA-256 of the file.")
    folder_path = models.CharField(max_length=300, blank=True, default="")
    drive_file_id = models.CharField(
        max_length=200, blank=True, default="", help_text="Chosen before anything is uploaded."
    )
    drive_metadata_id = models.CharField(max_length=200, blank=True, default="")
    storage_name = models.CharField(max_length=400, blank=True, default="", help_text="In our storage, without Drive.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("pending", "downloading", "downloaded", "uploading", "uploaded", "failed")),
                name="video_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="uploaded")
                | Q(file_size__isnull=False) & ~Q(checksum="") & (~Q(drive_file_id="") | ~Q(storage_name="")),
                name="video_uploaded_somewhere",
            ),
            models.UniqueConstraint(
                fields=["drive_file_id"], condition=~Q(drive_file_id=""), name="one_video_per_drive_file"
            ),
        ]
        indexes = [
            models.Index(fields=["-scraped_at", "-id"], name="videos_latest_first"),
            models.Index(fields=["state", "-scraped_at", "-id"], name="videos_by_state"),
            models.Index(fields=["author_username", "-scraped_at", "-id"], name="videos_by_author"),
        ]

    def __str__(self) -> str:
        return f"@{self.author_username} {self.id}"


class JobVideo(models.Model):
    """A video in the list of a job, in the order of the site. A video that is known already is in several lists."""

    job = models.ForeignKey(MediaJob, on_delete=models.CASCADE, related_name="entries", db_index=False)
    video = models.ForeignKey(MediaVideo, on_delete=models.CASCADE, related_name="entries")
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "video"], name="one_entry_per_video")]

    def __str__(self) -> str:
        return f"{self.video_id} in {self.job_id}"


class VideoTag(models.Model):
    """A hashtag of a video, in small letters."""

    video = models.ForeignKey(MediaVideo, on_delete=models.CASCADE, related_name="tags", db_index=False)
    tag = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["video", "tag"], name="one_tag_per_video")]
        indexes = [models.Index(fields=["tag", "video"], name="videos_of_tag")]

    def __str__(self) -> str:
        return f"#{self.tag} {self.video_id}"


class VideoCount(models.Model):
    """How often a video had been watched and liked by the end of a day (UTC), or by our last look at it that day."""

    video = models.ForeignKey(MediaVideo, on_delete=models.CASCADE, related_name="counts", db_index=False)
    day = models.DateField()
    views = models.PositiveBigIntegerField()
    likes = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["video", "day"], name="one_count_per_day")]

    def __str__(self) -> str:
        return f"{self.video_id} on {self.day}: {self.views}"


class DriveFolder(models.Model):
    """A folder in Google Drive, under an id chosen before it is made: whoever makes it twice makes the same one."""

    root = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    drive_id = models.CharField(max_length=200)
    is_made = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "path"], name="one_drive_folder_per_path")]

    def __str__(self) -> str:
        return self.path


class ClipRule(models.Model):
    """Which videos are about a film: those with this hashtag, or with these words in their text."""

    class Kind(models.TextChoices):
        HASHTAG = "hashtag"
        TITLE = "title", "words in the text"

    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="clip_rules")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    words = models.CharField(max_length=150, help_text="A hashtag without #, or the words as they stand in the text.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["movie", "kind", "words"], name="one_clip_rule"),
            models.CheckConstraint(condition=~Q(words=""), name="clip_rule_says_something"),
        ]

    def __str__(self) -> str:
        return f"{'#' if self.kind == self.Kind.HASHTAG else ''}{self.words}: {self.movie}"


class FilmClip(models.Model):
    """A video that is about a film: staff say so, or a rule."""

    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="clips", db_index=False)
    video = models.ForeignKey(MediaVideo, on_delete=models.CASCADE, related_name="films")
    rule = models.ForeignKey(
        ClipRule, on_delete=models.CASCADE, null=True, blank=True, related_name="clips", help_text="Empty: staff."
    )
    is_hidden = models.BooleanField(default=False, help_text="Not on the film's page, whatever a rule says.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["movie", "video"], name="one_clip_per_film")]

    def __str__(self) -> str:
        return f"{self.video_id}: {self.movie}"
