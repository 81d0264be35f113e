"""Sites are added, checked against the recording of their pages, and removed."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from django_celery_beat.models import CrontabSchedule, PeriodicTask

from cinema_project.common import clock
from cinema_project.common.database import repeat_on, write
from cinema_project.common.errors import Conflict, NotFound
from scraping.models import Site, SourceState
from scraping.services.proving import Proof
from scraping.sites.recording import differences, packed, unpacked
from scraping.sources.registry import SOURCES

TASK = "scraping.tasks.start_slot"
LONGEST_NAME = 60


class SiteKnown(Conflict):
    """The page is read already."""

    code = "site_known"


class UnknownSite(NotFound):
    code = "unknown_site"


@repeat_on("one_site_per_url", "one_site_per_source")
@write
def add_site(*, proof: Proof) -> Site:
    """Add a site as a source that is off, to be read each morning at six of its zone once somebody switches it on.

    :raises SiteKnown: if its page is read already
    """
    reading = proof.reading
    known = Site.objects.filter(url=reading.url).first()
    if known is not None:
        raise SiteKnown(f"This page is read already: source {known.source}.", source=known.source)
    site = Site.objects.create(
        source=_free_name(reading.url),
        name=reading.name,
        url=reading.url,
        adapter=reading.adapter,
        zone=reading.zone,
        city=reading.city,
        api=reading.api,
        site_ids=list(reading.site_ids),
        confidence=proof.judged.percent,
        verdict=proof.judged.words,
        recording=packed(proof.recording),
        added_at=clock.now(),
    )
    SourceState.objects.get_or_create(name=site.source)
    _schedule(site)
    return site


def _free_name(url: str) -> str:
    """Return the host's name, with a number if another source has it."""
    host = re.sub(r"[^a-z0-9.-]+", "-", urlsplit(url).netloc.lower())[: LONGEST_NAME - 5].strip("-")
    taken = {*SOURCES, *Site.objects.values_list("source", flat=True)}
    names = [host, *(f"{host}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name and name not in taken)


def _schedule(site: Site) -> None:
    daily = {"day_of_week": "*", "day_of_month": "*", "month_of_year": "*", "timezone": site.zone}
    at = CrontabSchedule.objects.filter(minute="0", hour="6", **daily).first()
    at = at or CrontabSchedule.objects.create(minute="0", hour="6", **daily)
    asked: dict[str, Any] = {"task": TASK, "crontab": at, "kwargs": json.dumps({"source": site.source})}
    PeriodicTask.objects.get_or_create(name=_task(site.source), defaults=asked)


def _task(source: str) -> str:
    return f"Read {source}"


@write
def remove_site(*, site_id: int) -> None:
    """Read a site no more. What was read of it stays.

    :raises UnknownSite: if there is none
    """
    site = Site.objects.select_for_update().filter(pk=site_id).first()
    if site is None:
        raise UnknownSite("This site was removed already.")
    PeriodicTask.objects.filter(name=_task(site.source)).delete()
    SourceState.objects.filter(name=site.source).update(is_on=False)
    site.delete()


def check_site(*, site: Site) -> list[str]:
    """Read a site's recording with the parser of today; return in words what is read otherwise than then.

    :raises NoRecording: if it is of another time than these parsers
    """
    return differences(unpacked(bytes(site.recording)))
