"""Media jobs as a source: one unit reads the list, one fetches each video. The work itself is ``services/job_work``."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from pydantic import BaseModel

from scraping.media.credentials import drive_addresses
from scraping.sources.base import Client, Payload, Record, Rules, SourceDown, Unit

NAME = "media"
LIST = "list"


def video_unit(video_id: str, place: int = 0) -> Unit:
    return Unit(f"video:{video_id}", {"video": video_id}, place + 1)


class MediaJobs:
    """Options: ``job``, and ``videos`` where only these of them are wanted once more."""

    name = NAME
    version = 1
    schemas: Mapping[str, type[BaseModel]] = {}

    def __init__(self) -> None:
        self.trusted: Collection[str] = (settings.TIKTOK_BASE_URL, *drive_addresses())
        self.rules = Rules(
            per_second=settings.TIKTOK_REQUESTS_PER_SECOND,
            threads=settings.MEDIA_PARALLEL,
            attempts=6,
            seconds=settings.MEDIA_FILE_SECONDS * 2,
            conditional=False,
            keep_payloads=False,
            share_lost=1.0,
        )

    def whole(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ()

    def plan(self, options: Mapping[str, Any]) -> Iterable[Unit]:
        if "job" not in options:
            raise ValueError("Media jobs are started by themselves: make one under Media jobs, or POST /api/v1/jobs.")
        videos = options.get("videos")
        return [Unit(LIST, {})] if videos is None else [video_unit(one, at) for at, one in enumerate(videos)]

    def fetch(self, unit: Unit, client: Client) -> Payload:
        raise SourceDown("Media jobs are worked on by the workers of this cinema.")

    def parse(self, unit: Unit, payload: Payload) -> Iterable[Record | Unit]:
        return [video_unit(one, at) for at, one in enumerate(payload.json().get("videos", ()))]
