"""Filling the demo's database: everything that is missing, nothing twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.management import call_command

from accounts.models import User
from booking.models import Booking
from catalog.demo import programme
from catalog.models import Cinema, Movie, MovieState, Room, Screening
from catalog.services import imports
from cinema_project.common import clock
from cinema_project.demo import people, sales

Say = Callable[[str], None]
HOLDERS = 6
LOOK_BACK = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the database holds now."""

    cinemas: int
    films: int
    screenings: int
    bookings: int
    accounts: int


def fill(*, seed: int, size: str, say: Say) -> Contents:
    """Bring the database up to date and add what is missing: accounts, films, days of screenings, sales.

    :param say: told what is being done, in short sentences
    """
    say("Preparing the database.")
    call_command("migrate", verbosity=0, interactive=False)
    people.create_people()
    _import_programme(seed, size, say)
    crowd = people.customers(people.CROWD)
    say("Selling tickets.")
    sales.sell(seed=seed, crowd=crowd, shown=people.customers(people.SHOWN[-2:]))
    sales.hold_some(seed=seed, crowd=crowd[-HOLDERS:])
    return Contents(
        cinemas=Cinema.objects.count(),
        films=Movie.objects.count(),
        screenings=Screening.objects.count(),
        bookings=Booking.objects.count(),
        accounts=User.objects.count(),
    )


def _import_programme(seed: int, size: str, say: Say) -> None:
    document = _missing(programme.programme(now=clock.now(), seed=seed, size=size, wanted=_wanted()))
    if not any(document.values()):
        return
    say(f"Importing {len(document['screenings'])} screenings.")
    try:
        imports.import_programme(document, base=programme.FOLDER, allow_past=True)
    except imports.ProgrammeRefused as refused:  # staff have changed what the programme stands on
        say(f"No new screenings. {refused.detail} {refused.errors[0]['detail']}")


def _missing(document: programme.Row) -> programme.Row:
    """Leave out what is there already, and films that staff took off."""
    known = set(Cinema.objects.values_list("name", flat=True))
    films = dict(Movie.objects.values_list("slug", "state"))
    off = {slug for slug, state in films.items() if state != MovieState.SHOWING}
    off |= set(Movie.objects.exclude(archived_at=None).values_list("slug", flat=True))
    return {
        "cinemas": [house for house in document["cinemas"] if house["name"] not in known],
        "movies": [film for film in document["movies"] if film["slug"] not in films],
        "screenings": [screening for screening in document["screenings"] if screening["movie"] not in off],
    }


def _wanted() -> programme.Wanted:
    """Want days without screenings, whoever put them on, of rooms that are open or yet to be made."""
    busy = _busy_days()
    closed = {
        (room.cinema.name, room.name)
        for room in Room.objects.select_related("cinema").exclude(archived_at=None, cinema__archived_at=None)
    }
    return lambda cinema, room, day: (cinema, room, day) not in busy and (cinema, room) not in closed


def _busy_days() -> set[tuple[str, str, date]]:
    """Return the days, by cinema and room, that have screenings already, whoever put them on."""
    since = clock.now() - LOOK_BACK
    screenings = Screening.objects.filter(start_time__gt=since).with_places()
    return {(s.room.cinema.name, s.room.name, s.start_time.astimezone(s.room.cinema.zone).date()) for s in screenings}
