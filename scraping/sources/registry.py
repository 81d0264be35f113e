"""Which sources there are: those of a file of their own, and the sites that staff added."""

from collections.abc import Callable

from cinema_project.common.errors import NotFound
from scraping.models import Site
from scraping.sites.reading import Reading
from scraping.sources import events, media, tix, tix_films, tix_seats
from scraping.sources.base import Source
from scraping.sources.site import SiteSource

SOURCES: dict[str, Callable[[], Source]] = {
    tix.NAME: tix.TixListings,
    tix_films.NAME: tix_films.TixFilms,
    tix_seats.NAME: tix_seats.TixSeats,
    events.NAME: events.EventFeeds,
    media.NAME: media.MediaJobs,
}


class UnknownSource(NotFound):
    code = "unknown_source"


def get_source(name: str) -> Source:
    """Return the source of this name.

    :raises UnknownSource: if there is none
    """
    if name in SOURCES:
        return SOURCES[name]()
    site = Site.objects.filter(source=name).first()
    if site is None:
        known = ", ".join(sorted([*SOURCES, *Site.objects.values_list("source", flat=True)])) or "none"
        raise UnknownSource(f"There is no source “{name}”; there are: {known}.")
    return SiteSource(name, reading_of(site))


def reading_of(site: Site) -> Reading:
    """Return how a site is read."""
    return Reading(site.url, site.adapter, site.zone, site.name, site.city, site.api, tuple(site.site_ids))
