"""Where items of each kind go on to: the tables that are made of them."""

from scraping.engine.ingest import Sink
from scraping.services.film_pages import FILMS, FilmPages
from scraping.services.market import Listings, Seats, Showings, Theatres
from scraping.sources.base import Source
from scraping.sources.site import SiteSource

SINKS: dict[str, dict[str, Sink]] = {
    "tix": {"listing": Listings(), "theatre": Theatres(), "showing": Showings()},
    FILMS: {"film": FilmPages()},
    "tix-seats": {"seats": Seats()},
}
"""By source, then by kind. A kind without one stays an item and nothing else."""
OF_SITES: dict[str, Sink] = {"listing": Listings(), "theatre": Theatres(), "showing": Showings()}


def sinks_of(source: Source) -> dict[str, Sink]:
    """Return where a source's items go on to."""
    return OF_SITES if isinstance(source, SiteSource) else SINKS.get(source.name, {})
