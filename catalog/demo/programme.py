"""The demo programme as one document for the import: cinemas, films, and screenings around today.

What is on in a cinema on a date depends on the seed, the cinema and that date alone: a later start finds the same
days again and adds new ones.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent
"""Where the posters named by the document lie."""

TRAILER_MINUTES = 15
FIRST_SHOWS = (time(14, 0), time(14, 30), time(15, 15), time(16, 0))
WEEKEND_SHIFT = timedelta(hours=-2)
LAST_SHOW = time(21, 45)
GRID = timedelta(minutes=15)
BASE_PRICES = {"EUR": 10.5, "GBP": 12.0, "USD": 13.5}
OTHER_TOWNS = (
    ("Cinéma du Pont", "Paris", "9 Quai des Lanternes, 75005 Paris", "Europe/Paris", "EUR"),
    ("Cine Aurora", "Madrid", "Calle del Faro 31, 28012 Madrid", "Europe/Madrid", "EUR"),
    ("The Signal Box", "Manchester", "4 Signal Yard, Manchester M4 1LA", "Europe/London", "GBP"),
    ("Lakeside Pictures", "Chicago", "77 Harbor Walk, Chicago, IL 60611", "America/Chicago", "USD"),
    ("Golden Gate Reels", "San Francisco", "230 Bayview Steps, San Francisco, CA 94133", "America/Los_Angeles", "USD"),
    ("Filmtheater Hafenkino", "Hamburg", "Speicherkai 5, 20457 Hamburg", "Europe/Berlin", "EUR"),
)

Row = dict[str, Any]
Wanted = Callable[[str, str, date], bool]
"""Asked with cinema, room and date: shall screenings be made for it?"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a programme: ``days`` counts from today, yesterday comes on top."""

    other_towns: int
    days: int


SIZES = {"small": Size(other_towns=0, days=14), "large": Size(other_towns=len(OTHER_TOWNS), days=28)}


def programme(*, now: datetime, seed: int, size: str = "small", wanted: Wanted = lambda *_: True) -> Row:
    """Return the document for the import, with screenings from yesterday on, on each cinema's own calendar.

    :param now: a moment; it decides each cinema's "today"
    :param seed: the same seed gives the same programme
    """
    houses, shown = cinemas(size), films()
    first = {house["name"]: now.astimezone(ZoneInfo(house["timezone"])).date() - timedelta(days=1) for house in houses}
    screenings = [
        screening
        for house in houses
        for day in range(SIZES[size].days + 1)
        for screening in _day(house, shown, first[house["name"]] + timedelta(days=day), seed, wanted)
    ]
    return {"cinemas": houses, "movies": shown, "screenings": screenings}


def cinemas(size: str) -> list[Row]:
    """Return the cinemas with rooms and text plans; the large programme opens more houses of the same rooms."""
    own: list[Row] = json.loads((FOLDER / "cinemas.json").read_text("utf-8"))
    names = ("name", "city", "address", "timezone", "currency")
    added = [
        own[index % len(own)] | dict(zip(names, town, strict=True), latitude=None, longitude=None)
        for index, town in enumerate(OTHER_TOWNS[: SIZES[size].other_towns])
    ]
    return own + added


def films() -> list[Row]:
    found: list[Row] = json.loads((FOLDER / "films.json").read_text("utf-8"))
    return found


def _day(house: Row, shown: list[Row], day: date, seed: int, wanted: Wanted) -> Iterator[Row]:
    """Yield one day of a cinema: no film comes twice before all have been on."""
    dice = Random(f"{seed}/{house['name']}/{day}")
    playing = [film for film in shown if film["state"] == "SHOWING"]
    waiting: list[Row] = []
    for number, room in enumerate(house["rooms"]):
        start = datetime.combine(day, FIRST_SHOWS[number % len(FIRST_SHOWS)])
        start += WEEKEND_SHIFT if day.weekday() >= 5 else timedelta(0)
        while start.time() <= LAST_SHOW and start.date() == day:
            waiting = waiting or dice.sample(playing, len(playing))
            film = waiting.pop()
            if wanted(house["name"], room["name"], day):
                yield _screening(house, room, film, start)
            taken = timedelta(minutes=TRAILER_MINUTES + film["duration_minutes"] + room["cleaning_minutes"])
            start = _on_grid(start + taken) + GRID * dice.randrange(3)


def _screening(house: Row, room: Row, film: Row, start: datetime) -> Row:
    local = {"Europe/Berlin": "German", "Europe/Paris": "French", "Europe/Madrid": "Spanish"}
    understood = local.get(house["timezone"], "English")
    return {
        "cinema": house["name"],
        "room": room["name"],
        "movie": film["slug"],
        "start": start.isoformat(timespec="minutes"),
        "price": _price(house["currency"], film, start),
        "is_3d": False,
        "language": film["language"],
        "subtitles": None if film["language"] == understood else understood,
    }


def _price(currency: str, film: Row, start: datetime) -> float:
    """Return the price of a standard seat: evenings and weekends cost more, short films half."""
    price = BASE_PRICES[currency]
    price += 2.0 if start.time() >= time(18) else 0.0
    price += 1.0 if start.weekday() >= 4 else 0.0
    return price / 2 if film["duration_minutes"] < 30 else price


def _on_grid(moment: datetime) -> datetime:
    midnight = datetime.combine(moment.date(), time())
    return midnight - (midnight - moment) // GRID * GRID
