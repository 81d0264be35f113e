"""A TikTok and a Drive that are served, jobs about them, and what a job should come to."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scraping.fakes.drive import FakeDrive, credentials_file
from scraping.fakes.serving import Served, serving
from scraping.fakes.tiktok import FakeTikTok, videos_of
from scraping.models import MediaJob
from scraping.services.execution import work_on
from scraping.services.jobs import create_job, found_job

USER = "khaby.lame"


@dataclass
class Outside:
    """The sites that jobs know."""

    tiktok: FakeTikTok
    drive: FakeDrive
    tiktok_site: Served
    drive_site: Served

    def truth(self, user: str = USER) -> dict[str, str]:
        """Return the checksum of each file of a user."""
        return {video.id: hashlib.sha256(video.content).hexdigest() for video in self.tiktok.users[user]}


@contextmanager
def outside(number: int = 5, *, size: int = 50_000) -> Iterator[Outside]:
    tiktok = FakeTikTok({USER: videos_of(USER, number, size=size)})
    drive = FakeDrive()
    with serving(tiktok) as tiktok_site, serving(drive) as drive_site:
        yield Outside(tiktok, drive, tiktok_site, drive_site)


def with_drive(settings, sites: Outside, folder) -> None:
    """Let jobs store files in the fake Drive."""
    file = folder / "credentials.json"
    file.write_text(credentials_file(sites.drive_site.url))
    settings.GOOGLE_DRIVE_CREDENTIALS = str(file)
    settings.GOOGLE_DRIVE_BASE_URL = sites.drive_site.url


def done(**options) -> MediaJob:
    """Make a job and work on it to its end."""
    job = create_job(**{"mode": "profile", "value": USER} | options)
    work_on(run_id=job.run_id, seconds=60)
    return found_job(job.pk)
