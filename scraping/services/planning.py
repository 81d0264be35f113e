"""Units that follow from what we know, instead of from the source alone."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scraping.services.film_pages import FILMS, plan_pages
from scraping.services.seats import SEATS, plan_seats
from scraping.sources.base import Unit

Planner = Callable[[Mapping[str, Any]], Iterable[Unit]]
PLANNERS: dict[str, Planner] = {FILMS: plan_pages, SEATS: plan_seats}
"""By source; asked instead of its ``plan``. May read the database."""
