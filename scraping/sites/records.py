"""What the showings of a page are to the engine: films, houses and showings, each with an id that stays the same."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scraping.showings import Programme, Showing
from scraping.sites.reading import Reading
from scraping.sources.base import Record

DAY_BEGINS = timedelta(hours=5)
"""What starts before this hour belongs to the day before."""
ON_SALE, CLOSED = 1, 0
RUPIAH = "IDR"


@dataclass(frozen=True, slots=True)
class Told:
    """A showing with the ids that it has in our tables."""

    showing: Showing
    film_id: str
    year: int | None
    theatre_id: str
    showing_id: str


def told_by(reading: Reading, programme: Programme) -> list[Told]:
    """Return the showings of a page that take place."""
    years = _years(programme.showings)
    found = []
    for one in programme.showings:
        if one.is_called_off:
            continue
        year, place = one.year or years.get(one.title), one.place or reading.name
        film_id, theatre_id = _id(one.title, year or ""), _id(place)
        showing_id = _id(one.title, one.starts_at.isoformat(), place, one.screen)
        found.append(Told(one, film_id, year, theatre_id, showing_id))
    return found


def _years(showings: Iterable[Showing]) -> dict[str, int]:
    """Return by title the year of a film, where the page's showings of that title agree in it."""
    said: dict[str, set[int]] = {}
    for one in showings:
        if one.year:
            said.setdefault(one.title, set()).add(one.year)
    return {title: years.pop() for title, years in said.items() if len(years) == 1}


def _id(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def records_of(reading: Reading, programme: Programme) -> Iterator[Record]:
    """Yield the records of a page."""
    told = told_by(reading, programme)
    films = {one.film_id: one for one in told}
    for film_id, one in films.items():
        yield Record("listing", film_id, _listing(reading, one), one.showing.path)
    for theatre_id, houses in _by_theatre(told).items():
        theatre = _theatre(reading, theatre_id, [one.showing for one in houses])
        # Pages may differ in what they say of a house; which of them says it must not look like a change.
        name = f"{theatre_id}:{_id(*theatre.values())[:8]}"
        yield Record("theatre", name, theatre, houses[0].showing.path)
    for one in told:
        yield Record("showing", one.showing_id, _showing(reading, one), one.showing.path)


def _by_theatre(told: Iterable[Told]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for one in told:
        found.setdefault(one.theatre_id, []).append(one)
    return found


def _listing(reading: Reading, told: Told) -> dict[str, Any]:
    return {
        "id": told.film_id,
        "title": told.showing.title,
        "year": told.year,
        "merchants": [reading.name],
        "cities": [reading.city],
    }


def _theatre(reading: Reading, theatre_id: str, showings: list[Showing]) -> dict[str, Any]:
    """Return a house, with the first that a showing says of each."""
    placed = next((one for one in showings if one.latitude is not None and one.longitude is not None), None)
    return {
        "theatre_id": theatre_id,
        "name": showings[0].place or reading.name,
        "merchant": reading.name[:60],
        "city": reading.city,
        "address": next((one.address for one in showings if one.address), None),
        "lat": placed.latitude if placed else None,
        "lng": placed.longitude if placed else None,
    }


def _showing(reading: Reading, told: Told) -> dict[str, Any]:
    one = told.showing
    local = one.starts_at.astimezone(reading.clock)
    whole_rupiah = one.currency == RUPIAH and one.price is not None and one.price < 2**31
    return {
        "showtime_id": told.showing_id,
        "movie_id": told.film_id,
        "theatre_id": told.theatre_id,
        "city": reading.city,
        "day": day_of(one, reading),
        "starts_at": one.starts_at,
        "time": f"{local:%H:%M}",
        "status": CLOSED if one.is_sold_out else ON_SALE,
        "category": one.format,
        "studio": one.screen,
        "price": round(one.price) if whole_rupiah and one.price is not None else None,
        "reading": reading.adapter,
        "ends_at": one.ends_at,
        "amount": one.price,
        "currency": one.currency,
        "url": one.url,
        "minutes": one.minutes,
        "directors": list(one.directors),
        "original_title": one.original_title,
        "language": one.language,
        "subtitles": one.subtitles,
        "doubts": list(one.doubts),
    }


def day_of(one: Showing, reading: Reading) -> date:
    """Return the day under which a showing is listed."""
    return (one.starts_at.astimezone(reading.clock).replace(tzinfo=None) - DAY_BEGINS).date()
