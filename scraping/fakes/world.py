"""A made-up market: 83 cities, 600 cinemas, 30 films, their showings and every seat. It is the truth a fake site knows.

All of it follows from a seed and the day, so two runs see the same. What the site says of it, and how sloppily, is
written in ``answers.py``.
"""

import csv
import hashlib
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from scraping.tix.cities import known_cities

DATA = Path(__file__).parent / "data"
THEATRES = 600
BLOCKBUSTER = 10
"""The film that nearly every cinema shows: in the largest city its showings fill nine pages."""
LARGEST = {"JAKARTA": 85, "TANGERANG": 32, "SURABAYA": 30, "BEKASI": 28, "BANDUNG": 27, "MEDAN": 20, "BOGOR": 16}
LARGEST |= {"MAKASSAR": 14, "SEMARANG": 13, "DEPOK": 12, "PALEMBANG": 11, "YOGYAKARTA": 11, "BALI": 10, "BATAM": 9}
EAST = {"AMBON", "JAYAPURA", "MANOKWARI", "SORONG", "TERNATE", "TIMIKA"}
MIDDLE = {"BALI", "BALIKPAPAN", "BANJARBARU", "BANJARMASIN", "BAUBAU", "BONTANG", "GORONTALO", "KENDARI", "KUPANG"}
MIDDLE |= {"MAKASSAR", "MAMUJU", "MANADO", "MATARAM", "PALU", "SAMARINDA", "TARAKAN"}
CHAINS, SHARES = ("XXI", "CGV", "Cinépolis"), (60, 25, 15)
STREETS = ("Jl. Merdeka", "Jl. Pemuda", "Jl. Diponegoro", "Jl. Ahmad Yani", "Jl. Gajah Mada", "Jl. Sudirman")
MALLS = ("Plaza", "Town Square", "Mall", "City Walk", "Grand", "Junction", "Park", "Central")
OPENS, LAST_START = timedelta(hours=11), timedelta(hours=24, minutes=15)
CATEGORIES = (("2D", 40_000), ("2D", 35_000), ("IMAX 2D", 65_000), ("VELVET", 120_000), ("4DX", 90_000))


@dataclass(frozen=True, slots=True)
class City:
    id: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Theatre:
    id: str
    name: str
    chain: str
    city: str
    address: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Film:
    """``true_title`` is the film of the demo catalogue that is meant, empty if it has none."""

    schedule_id: str
    movie_id: str
    title: str
    true_title: str
    director: str
    minutes: int
    released: date | None
    genre: str
    age: str
    country: str


@dataclass(frozen=True, slots=True)
class Showing:
    id: str
    film: Film
    theatre: Theatre
    studio: int
    category: str
    price: int
    starts_at: datetime
    day: date
    """The day under which the site lists it: shortly after midnight it is still the day before."""

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.theatre.city)


class SeatState(StrEnum):
    FREE = "free"
    SOLD = "sold"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Seat:
    row: str
    number: int
    state: SeatState


def zone_of(city: str) -> ZoneInfo:
    return ZoneInfo("Asia/Jayapura" if city in EAST else "Asia/Makassar" if city in MIDDLE else "Asia/Jakarta")


def number_for(*words: object) -> int:
    digest = hashlib.blake2b(" ".join(map(str, words)).encode(), digest_size=8).digest()
    return 10**18 + int.from_bytes(digest) % (8 * 10**18)


class World:
    """The market as a seed makes it."""

    def __init__(self, *, seed: int = 1, theatres: int = THEATRES, cities: int = 83) -> None:
        self.seed = seed
        self._sizes = theatres, cities
        self.programme = lru_cache(maxsize=8192)(self._programme)
        self.showings_by_id = lru_cache(maxsize=8)(self._by_id)
        self._shown = lru_cache(maxsize=512)(self._index)

    @cached_property
    def cities(self) -> list[City]:
        return [City(city.id, city.name, zone_of(city.name).key) for city in known_cities()][: self._sizes[1]]

    @cached_property
    def films(self) -> list[Film]:
        with (DATA / "films.csv").open(encoding="utf-8", newline="") as file:
            return [self._film(row) for row in csv.DictReader(file)]

    def _film(self, row: dict[str, str]) -> Film:
        return Film(
            schedule_id=str(number_for(self.seed, "schedule", row["title"])),
            movie_id=str(number_for(self.seed, "movie", row["title"])),
            title=row["title"],
            true_title=row["true_title"],
            director=row["director"],
            minutes=int(row["minutes"]),
            released=None if row["released"] == "0" else date.fromisoformat(row["released"]),
            genre=row["genre"],
            age=row["age"],
            country=row["country"],
        )

    @cached_property
    def theatres(self) -> list[Theatre]:
        return [theatre for city, count in self._counts().items() for theatre in self._theatres_of(city, count)]

    @cached_property
    def theatres_by_city(self) -> dict[str, list[Theatre]]:
        found: dict[str, list[Theatre]] = {city.name: [] for city in self.cities}
        for theatre in self.theatres:
            found[theatre.city].append(theatre)
        return found

    def _counts(self) -> dict[str, int]:
        names = [city.name for city in self.cities]
        counts = {name: LARGEST.get(name, 1) if self._sizes[0] >= THEATRES else 1 for name in names}
        chance = Random(f"{self.seed} counts")
        while sum(counts.values()) < self._sizes[0]:
            counts[chance.choice(names)] += 1
        return counts

    def _theatres_of(self, city: str, count: int) -> Iterator[Theatre]:
        for number in range(count):
            chance = Random(f"{self.seed} {city} {number}")
            chain = chance.choices(CHAINS, SHARES)[0]
            west, east = (130, 140) if city in EAST else (115, 125) if city in MIDDLE else (96, 114)
            yield Theatre(
                id=str(number_for(self.seed, "theatre", city, number)),
                name=f"{city.title()} {chance.choice(MALLS)} {number + 1} {chain}",
                chain=chain,
                city=city,
                address=f"{chance.choice(STREETS)} No. {chance.randint(1, 200)}, {city.title()}",
                latitude=round(chance.uniform(-9, 4), 6),
                longitude=round(chance.uniform(west, east), 6),
            )

    def _programme(self, theatre: Theatre, day: date) -> tuple[Showing, ...]:
        """Make one cinema's day: each studio runs one film again and again, the last showing perhaps after midnight."""
        chance = Random(f"{self.seed} {theatre.id} {day}")
        weights = [1 / (place + 3) for place in range(len(self.films))]
        shown = chance.choices(self.films, weights, k=chance.randint(2, 6))
        if chance.random() < 0.95:
            shown[0] = self.films[BLOCKBUSTER]
        return tuple(
            showing
            for studio, film in enumerate(shown, 1)
            for showing in self._studio(theatre, day, studio, film, chance)
        )

    def _studio(self, theatre: Theatre, day: date, studio: int, film: Film, chance: Random) -> Iterator[Showing]:
        category, price = chance.choices(CATEGORIES, (8, 6, 1, 1, 1))[0]
        start = OPENS + timedelta(minutes=5 * chance.randint(0, 36))
        midnight = datetime.combine(day, time(), zone_of(theatre.city))
        while start <= LAST_START:
            moment = (midnight + start).astimezone(ZoneInfo("UTC"))
            number = number_for(self.seed, theatre.id, studio, moment.isoformat())
            yield Showing(str(number), film, theatre, studio, category, price, moment, day)
            start += timedelta(minutes=5 * math.ceil((film.minutes + 25) / 5))

    def _index(self, city: str, day: date) -> dict[str, list[tuple[Theatre, list[Showing]]]]:
        """By film, the cinemas of a city that show it that day."""
        found: dict[str, list[tuple[Theatre, list[Showing]]]] = {}
        for theatre in self.theatres_by_city.get(city, []):
            by_film: dict[str, list[Showing]] = {}
            for showing in self.programme(theatre, day):
                by_film.setdefault(showing.film.schedule_id, []).append(showing)
            for schedule_id, showings in by_film.items():
                found.setdefault(schedule_id, []).append((theatre, sorted(showings, key=lambda one: one.starts_at)))
        return found

    def films_in(self, city: str, day: date) -> list[Film]:
        """Return the films a city's cinemas show that day."""
        shown = self._shown(city, day)
        return [film for film in self.films if film.schedule_id in shown]

    def cinemas_with(self, schedule_id: str, city: str, day: date) -> list[tuple[Theatre, list[Showing]]]:
        """Return the cinemas of a city that show a film that day, with the showings by time."""
        return self._shown(city, day).get(schedule_id, [])

    def showings(self, day: date, city: str | None = None) -> Iterator[Showing]:
        for theatre in self.theatres if city is None else self.theatres_by_city.get(city, []):
            yield from self.programme(theatre, day)

    def _by_id(self, day: date) -> dict[str, Showing]:
        return {showing.id: showing for showing in self.showings(day)}

    def seats(self, showing: Showing, at: datetime) -> list[Seat]:
        """Return every seat of a showing as it is at that moment: some blocked for good, others sold one by one."""
        rows, columns = hall(self.seed, showing.theatre.id, showing.studio)
        chance = Random(f"{self.seed} {showing.id}")
        demand = chance.betavariate(1.2, 2.2)
        left = (showing.starts_at - at).total_seconds() / 60
        names = [(letters(row), number) for row in range(rows) for number in range(1, columns + 1)]
        return [Seat(row, number, _state(chance, demand, left)) for row, number in names]

    def truth(self, day: date) -> dict[str, Any]:
        """Return all that a complete and right run finds on that day, as JSON has it."""
        return {
            "seed": self.seed,
            "day": day.isoformat(),
            "cities": [asdict(city) for city in self.cities],
            "theatres": [asdict(theatre) for theatre in self.theatres],
            "films": [asdict(film) | {"released": film.released and film.released.isoformat()} for film in self.films],
            "films_by_city": {
                city.name: [film.movie_id for film in self.films_in(city.name, day)] for city in self.cities
            },
            "showings": [_told(showing) for showing in self.showings(day)],
        }


def _told(showing: Showing) -> dict[str, Any]:
    return {
        "id": showing.id,
        "movie_id": showing.film.movie_id,
        "theatre_id": showing.theatre.id,
        "studio": str(showing.studio),
        "category": showing.category,
        "price": showing.price,
        "starts_at": showing.starts_at.isoformat(),
    }


@lru_cache(maxsize=8192)
def hall(seed: int, theatre_id: str, studio: int) -> tuple[int, int]:
    """Return a studio's rows, and the seats in each."""
    chance = Random(f"{seed} {theatre_id} {studio} hall")
    return chance.randint(6, 14), chance.randint(8, 22)


def letters(row: int) -> str:
    return chr(ord("A") + row)


def _state(chance: Random, demand: float, minutes_left: float) -> SeatState:
    """Say what a seat is. Half of what is sold goes in the last hour, the rest over the day before."""
    luck, early, when = chance.random(), chance.random(), chance.random()
    if luck < 0.03:
        return SeatState.BLOCKED
    sold_before = when * 60 if early < 0.5 else 60 + when * 1380
    return SeatState.SOLD if luck < 0.03 + 0.97 * demand and minutes_left <= sold_before else SeatState.FREE
