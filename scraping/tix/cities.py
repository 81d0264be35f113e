"""The 83 cities that we read, and how they compare with what TIX lists today."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cinema_project.common.errors import Invalid
from scraping.tix.listings import City

MOST_TOLD = 10
FILE = Path(__file__).parent / "data" / "cities.csv"


class UnknownCity(Invalid):
    code = "unknown_city"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Which cities to read today, and what has changed: for a person to know, and no reason to stop.

    ``cities`` are the known ones with the ids of today, also those that TIX does not list at the moment.
    """

    cities: tuple[City, ...]
    new: tuple[City, ...] = ()
    absent: tuple[City, ...] = ()
    moved: tuple[City, ...] = ()
    """Listed under another id than before; the listed id is the one that works."""


@cache
def known_cities() -> tuple[City, ...]:
    """Return the cities of the file, by name."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(City(row["id"], row["name"]) for row in csv.DictReader(file))


def city_named(name: str) -> City:
    """Return a known city, whatever the case.

    :raises UnknownCity: with what is near
    """
    wanted = " ".join(name.upper().split())
    for city in known_cities():
        if city.name == wanted:
            return city
    near = [city.name for city in known_cities() if wanted and city.name.startswith(wanted[:3])]
    hint = f" Did you mean {' or '.join(near[:5])}?" if near else ""
    raise UnknownCity(f"“{name}” is no city of the {len(known_cities())} that are read.{hint}")


def reconciled(listed: Sequence[City]) -> Reconciled:
    """Compare the known cities with TIX's list of today."""
    today = {city.name: city for city in listed}
    known = {city.name: city for city in known_cities()}
    return Reconciled(
        cities=tuple(today.get(name, city) for name, city in known.items()),
        new=tuple(city for name, city in today.items() if name not in known),
        absent=tuple(city for name, city in known.items() if name not in today),
        moved=tuple(today[name] for name, city in known.items() if name in today and today[name].id != city.id),
    )


def differences(compared: Reconciled) -> Iterator[str]:
    """Say which cities are new and which are listed no more, for those who keep the list."""
    if compared.new:
        yield f"New cities at TIX, which are not read yet: {_told(compared.new)}."
    if compared.absent:
        yield f"Not in TIX's list of cities now, asked for all the same: {_told(compared.absent)}."


def _told(cities: Sequence[City]) -> str:
    names = [city.name for city in cities[:MOST_TOLD]]
    return ", ".join(names) + (f" and {len(cities) - MOST_TOLD} more" if len(cities) > MOST_TOLD else "")
