"""What was read of TIX, in the form of the contracts of ``scraping.schemas``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from scraping.schemas import UNREADABLE
from scraping.sources.base import Record
from scraping.tix.layouts import SeatLayout, occupancy_of
from scraping.tix.listings import ListedFilm
from scraping.tix.reading import Rejected
from scraping.tix.schedules import Programme, Room, Schedule, Showing, Theatre


def movie_record(films: Sequence[ListedFilm], schedules: Mapping[str, Schedule]) -> dict[str, Any]:
    """Return one film for ``MovieSchema``.

    :param films: the film as each of its cities lists it, at least one
    :param schedules: by city, what was read of its showings; left out where they were not asked for
    """
    first = films[0]
    return {
        "id": first.movie_id,
        "title": first.title,
        "genres": list(first.genres),
        "poster": first.poster_url or None,
        "age_category": first.age_category or None,
        "country": first.country or None,
        "merchants": sorted({chain for film in films for chain in film.chains}),
        "is_presale": any(film.is_presale for film in films),
        "cities": sorted({film.city for film in films}),
        "schedules": {city: [_programme(one) for one in read.programmes] for city, read in schedules.items()},
    }


def by_movie(films: Iterable[ListedFilm]) -> dict[str, list[ListedFilm]]:
    """Return the films of all cities by ``movie_id``: a film has one in all of them, and many ``schedule_id``."""
    found: dict[str, list[ListedFilm]] = {}
    for film in films:
        found.setdefault(film.movie_id, []).append(film)
    return found


def theatre_record(theatre: Theatre, programmes: Iterable[Programme] = ()) -> dict[str, Any]:
    """Return a cinema for ``TheatreSchema``; its kinds of rooms as far as these programmes show them."""
    return {
        "theatre_id": theatre.id,
        "name": theatre.name,
        "merchant": theatre.chain,
        "city": theatre.city,
        "address": theatre.address or None,
        "lat": theatre.latitude,
        "lng": theatre.longitude,
        "room_types": sorted({room.category for programme in programmes for room in programme.rooms}),
    }


def _programme(programme: Programme) -> dict[str, Any]:
    return {
        "theatre_id": programme.theatre.id,
        "theatre_name": programme.theatre.name,
        "merchant": programme.theatre.chain,
        "address": programme.theatre.address or None,
        "rooms": [_room(room) for room in programme.rooms],
    }


def _room(room: Room) -> dict[str, Any]:
    return {
        "category": room.category,
        "price": price_shown(room.low_price, room.high_price),
        "all_showtimes": [
            {"time": showing.clock, "showtime_id": showing.id, "status": showing.status} for showing in room.showings
        ],
    }


def price_shown(low: int | None, high: int | None) -> str | None:
    """Return a price as Indonesia writes it: ``Rp35.000``, ``Rp35.000 - Rp50.000``."""
    prices = [f"Rp{price:,}".replace(",", ".") for price in dict.fromkeys([low, high]) if price is not None]
    return " - ".join(prices) or None


def showing_record(showing: Showing, room: Room, theatre: Theatre, *, movie_id: str, day: str) -> dict[str, Any]:
    """Return a showing for ``ShowingSchema``; its own price, else the least of its room."""
    return {
        "showtime_id": showing.id,
        "movie_id": movie_id,
        "theatre_id": theatre.id,
        "city": theatre.city,
        "day": day,
        "starts_at": showing.starts_at,
        "time": showing.clock,
        "status": showing.status,
        "category": room.category,
        "studio": showing.studio,
        "price": room.low_price if showing.price is None else showing.price,
        "reading": showing.reading,
    }


def seats_record(layout: SeatLayout, *, showing_id: str, look: str) -> dict[str, Any]:
    """Return a look at a showing's seats for ``SeatsSchema``."""
    occupancy = occupancy_of(layout)
    return {
        "showtime_id": showing_id,
        "look": look,
        "shape": layout.shape.value,
        "seats_total": occupancy.seats_total,
        "unavailable": occupancy.unavailable,
        "occupancy_upper_bound": occupancy.upper_bound,
        "category": occupancy.category,
        "by_row": [asdict(row) for row in occupancy.by_row],
        "layout": [(row, "".join(map(str, frees))) for row, frees in layout.rows],
        "perhaps_no_seat": occupancy.perhaps_no_seat,
        "uncounted": layout.uncounted,
    }


def unreadable(kind: str, one: Rejected, key: str, prefix: str = "") -> Record:
    """Return a record that its schema refuses: what a reader put aside, under the id it has, if it has one."""
    name = one.raw.get(key) if isinstance(one.raw, dict) else None
    data = {UNREADABLE: one.why, "raw": one.raw}
    return Record(kind, f"{prefix}{name}" if name else f"? {one.where}", data, f"$.{one.where}")
