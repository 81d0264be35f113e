"""Where items of each kind go on to: the tables that are made of them."""

from scraping.engine.ingest import Sink
from scraping.services.film_pages import FILMS, FilmPages
from scraping.services.market import Listings, Seats, Showings, Theatres

SINKS: dict[str, dict[str, Sink]] = {
    "tix": {"listing": Listings(), "theatre": Theatres(), "showing": Showings()},
    FILMS: {"film": FilmPages()},
    "tix-seats": {"seats": Seats()},
}
"""By source, then by kind. A kind without one stays an item and nothing else."""
