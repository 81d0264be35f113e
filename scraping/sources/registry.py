"""Which sources there are."""

from collections.abc import Callable

from cinema_project.common.errors import NotFound
from scraping.sources import media, tix, tix_seats
from scraping.sources.base import Source

SOURCES: dict[str, Callable[[], Source]] = {
    tix.NAME: tix.TixListings,
    tix_seats.NAME: tix_seats.TixSeats,
    media.NAME: media.MediaJobs,
}


class UnknownSource(NotFound):
    code = "unknown_source"


def get_source(name: str) -> Source:
    """Return the source of this name.

    :raises UnknownSource: if there is none
    """
    if name not in SOURCES:
        known = ", ".join(sorted(SOURCES)) or "none"
        raise UnknownSource(f"There is no source “{name}”; there are: {known}.")
    return SOURCES[name]()
