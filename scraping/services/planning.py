"""Units that follow from what we know, instead of from the source alone."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scraping.services.seats import SEATS, plan_seats
from scraping.sources.base import Unit

Planner = Callable[[Mapping[str, Any]], Iterable[Unit]]
PLANNERS: dict[str, Planner] = {SEATS: plan_seats}
"""By source; asked instead of its ``plan``. May read the database."""
