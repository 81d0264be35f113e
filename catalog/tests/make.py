"""Rows for tests, valid and distinct unless told otherwise."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.conf import settings

from accounts.models import User
from accounts.tests import make as people
from catalog.models import CastMember, Cinema, Event, EventDate, Movie, MovieState, Review, Room, Screening, Seat
from catalog.services.film_index import index_films
from cinema_project.common import clock

_numbers = count(1)
OWN_PICTURE = f"{settings.SITE_URL}/static/img/events/concert.webp"


def cinema(**fields: Any) -> Cinema:
    number = next(_numbers)
    defaults = {
        "name": f"Roxy {number}",
        "slug": f"roxy-{number}",
        "city": "Berlin",
        "address": "Hauptstrasse 1",
        "timezone": "Europe/Berlin",
    }
    return Cinema.objects.create(**defaults | fields)


def event(*, dates: Sequence[datetime] = (), **fields: Any) -> Event:
    """An event of tomorrow, or of these dates."""
    number = next(_numbers)
    moments = sorted(dates) or [clock.now() + timedelta(days=1)]
    defaults = {
        "uuid": uuid4(),
        "event_type": "concert",
        "title": f"Event {number}",
        "price": 10,
        "place": "Harbour Hall",
        "date_preview": moments[0],
        "last_date": moments[-1],
        "created_at": clock.now(),
    }
    made = Event.objects.create(**defaults | fields)
    EventDate.objects.bulk_create(EventDate(event=made, starts_at=moment) for moment in moments)
    return made


def event_body(**fields: Any) -> dict[str, Any]:
    """An event as it is sent."""
    number = next(_numbers)
    return {
        "uuid": str(uuid4()),
        "type": "concert",
        "title": f"Event {number}",
        "description": "Loud.",
        "price": 1500,
        "date_preview": "2030-09-01T18:00:00Z",
        "date_list": ["2030-09-01T18:00:00Z", "2030-09-02T19:00:00Z"],
        "place": "Harbour Hall",
        "genre": "rock",
        "image_url": OWN_PICTURE,
        "url": "https://example.com/event/1",
    } | fields


def room(*, seats: tuple[int, int] = (2, 5), **fields: Any) -> Room:
    """A room with ``seats`` = (rows, seats in each row), labelled A1, A2, ... B1, ..."""
    rows, per_row = seats
    fields.setdefault("cinema", None)
    fields["cinema"] = fields["cinema"] or cinema()
    made = Room.objects.create(**{"name": f"Room {next(_numbers)}"} | fields)
    Seat.objects.bulk_create(
        Seat(room=made, row_label=chr(ord("A") + y), seat_number=x + 1, x=x, y=y)
        for y in range(rows)
        for x in range(per_row)
    )
    return made


def movie(*, cast: tuple[str, ...] = (), **fields: Any) -> Movie:
    number = next(_numbers)
    defaults = {
        "title": f"Film {number}",
        "slug": f"film-{number}",
        "duration_minutes": 90,
        "state": MovieState.SHOWING,
        "genre": ["drama"],
    }
    made = Movie.objects.create(**defaults | fields)
    for order, name in enumerate(cast):
        CastMember.objects.create(movie=made, actor_name=name, character_name="Herself", role="actor", order=order)
    index_films([made.pk])
    return made


def screening(**fields: Any) -> Screening:
    """A screening of 105 minutes, tomorrow, or after the last one of its room."""
    fields["movie"] = fields.get("movie") or movie()
    fields["room"] = fields.get("room") or room()
    start = fields.setdefault("start_time", _free_from(fields["room"]))
    end = fields.setdefault("end_time", start + timedelta(minutes=105))
    defaults = {
        "room_free_at": end + timedelta(minutes=15),
        "price": "12.50",
        "currency": fields["room"].cinema.currency,
    }
    made = Screening.objects.create(**defaults | fields)
    made.refresh_from_db()
    return made


def review(*, user: User | None = None, movie: Movie, **fields: Any) -> Review:
    """A review of the film by somebody new, of 4 points."""
    now = clock.now()
    defaults = {"rating": 4, "created_at": now, "updated_at": now}
    return Review.objects.create(user=user or people.user(password=None), movie=movie, **defaults | fields)


def _free_from(room: Room) -> datetime:
    last = room.screenings.order_by("-room_free_at").first()
    return last.room_free_at if last else clock.now().replace(microsecond=0) + timedelta(days=1)
