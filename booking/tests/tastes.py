"""A made-up house and its public: people with tastes of their own, who go to what they like and what is famous.

Nobody's taste is in the data, only what they did: booked, rated, marked. One film that each liked is held out.
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from math import log, sqrt

from accounts.models import User
from booking.models import Booking, ClaimState, SeatClaim
from booking.tests import make
from catalog.models import Favourite, Movie, Review, Seat
from catalog.tests import make as catalog
from cinema_project.common import clock

GENRES = ("drama", "comedy", "horror", "western", "noir", "musical", "adventure", "documentary", "romance", "war")
DIRECTORS = tuple(f"Director {number}" for number in range(20))
FILMS, PEOPLE = 70, 80
FAME, GENRE_TASTE, DIRECTOR_TASTE, QUALITY, CHANCE = 0.5, 1.2, 0.8, 0.5, 0.5


@dataclass
class Person:
    user: User
    loves: dict[str, float]
    seen: dict[int, int] = field(default_factory=dict)
    """Film id -> what they thought of it, 1 to 5."""
    held_out: int = 0


@dataclass
class Public:
    """Who went to what; ``fame`` and ``quality`` of films are known to nobody."""

    people: list[Person]
    films: list[Movie]


def make_public(seed: int) -> Public:
    """Write films, tickets, reviews and favourites; the same ones for the same seed."""
    dice = random.Random(seed)
    films = [_film(dice) for _ in range(FILMS)]
    fame = {film.pk: dice.gauss(0, FAME) for film in films}
    quality = {film.pk: dice.gauss(0, QUALITY) for film in films}
    people = []
    while len(people) < PEOPLE:
        tastes = [(GENRES, GENRE_TASTE), (DIRECTORS, DIRECTOR_TASTE)]
        person = Person(make.user(), {word: dice.gauss(0, spread) for words, spread in tastes for word in words})
        joy = {film.pk: _joy(person, film) + quality[film.pk] for film in films}
        drawn = {film.pk: joy[film.pk] + fame[film.pk] - CHANCE * log(-log(dice.random())) for film in films}
        for pk in sorted(drawn, key=lambda pk: -drawn[pk])[: dice.randint(5, 16)]:
            person.seen[pk] = max(1, min(5, round(3 + joy[pk] + dice.gauss(0, 0.7))))
        liked = [pk for pk, points in person.seen.items() if points >= 4]
        if len(liked) > 1:
            person.held_out = dice.choice(liked)
            del person.seen[person.held_out]
            people.append(person)
    _write(dice, people, films)
    return Public(people, films)


def _film(dice: random.Random) -> Movie:
    director = DIRECTORS[min(int(dice.expovariate(1 / 7)), len(DIRECTORS) - 1)]
    return catalog.movie(genre=dice.sample(GENRES, dice.choice([1, 2, 2, 3])), director=director)


def _joy(person: Person, film: Movie) -> float:
    genres = sum(person.loves[genre] for genre in film.genre) / sqrt(len(film.genre))
    return genres + person.loves[film.director or ""]


def _write(dice: random.Random, people: list[Person], films: list[Movie]) -> None:
    """Everybody sits in a seat of their own, and does not say of every film what they think."""
    now = clock.now()
    room = catalog.room(seats=(1, len(people)))
    seats = list(Seat.objects.filter(room=room).order_by("pk"))
    shown = {film.pk: catalog.screening(movie=film, room=room) for film in films}
    visits = [
        (person, seat, pk, points)
        for person, seat in zip(people, seats, strict=True)
        for pk, points in person.seen.items()
    ]
    bookings = Booking.objects.bulk_create(
        Booking(
            booking_number=f"B{number}",
            user=person.user,
            screening=shown[pk],
            total=shown[pk].price,
            currency="EUR",
            booked_at=now,
        )
        for number, (person, _, pk, _) in enumerate(visits)
    )
    SeatClaim.objects.bulk_create(
        SeatClaim(
            screening=shown[pk],
            seat=seat,
            user=person.user,
            state=ClaimState.CONFIRMED,
            price=shown[pk].price,
            currency="EUR",
            booking=booking,
            booked_at=now,
            confirmed_at=now - timedelta(days=dice.randrange(10)),
            secret=f"S{booking.pk}",
        )
        for booking, (person, seat, pk, _) in zip(bookings, visits, strict=True)
    )
    Review.objects.bulk_create(
        Review(user=person.user, movie_id=pk, rating=points, created_at=now, updated_at=now)
        for person, _, pk, points in visits
        if dice.random() < 0.5
    )
    Favourite.objects.bulk_create(
        Favourite(user=person.user, movie_id=pk, created_at=now)
        for person, _, pk, points in visits
        if points == 5 and dice.random() < 0.5
    )
