"""The catalogue's part of the API as the schema describes it, and a house that grows to read it from."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from accounts.models import User
from accounts.tests.make import bearer
from booking.tests import make as sales
from catalog.models import CastMember, MovieState
from catalog.services.cinemas import create_seats
from catalog.services.favourites import add_favourite_cinema, add_favourite_movie
from catalog.services.plans import SeatSpec
from catalog.services.reviews import react
from catalog.tests import make
from catalog.tests.fake_tmdb import TMDB_ID
from cinema_project.common import clock
from cinema_project.openapi.schema import schema_json

ASKED = {
    "/api/v1/cinemas/search": {"q": "roxy"},
    "/api/v1/movies/search": {"q": "faust"},
    "/api/v1/movies/suggest": {"q": "faust"},
    "/api/v1/tmdb/search": {"q": "nosferatu"},
}
"""What a read cannot do without."""
METHODS = ("get", "post", "put", "patch", "delete")
PARTS = ("casts", "cinemas", "movies", "rooms", "screenings", "showings", "showtimes", "tmdb", "admin/tmdb")
Described = dict[str, Any]


def is_catalogue(path: str) -> bool:
    return path.startswith(tuple(f"/api/v1/{part}" for part in PARTS))


def document() -> Described:
    return json.loads(schema_json())


def operations(described: Described) -> dict[str, Described]:
    """Return the catalogue's operations by name: ``GET /api/v1/movies``."""
    return {
        f"{method.upper()} {path}": item[method]
        for path, item in described["paths"].items()
        if is_catalogue(path)
        for method in METHODS
        if method in item
    }


def names_of(operation: Described, parameter: str) -> list[str]:
    """Return the words that a parameter knows; none if the operation has no such parameter."""
    [known, *_] = [asked["schema"] for asked in operation["parameters"] if asked.get("name") == parameter] or [{}]
    return known.get("items", {}).get("enum", [])


class House:
    """One of everything that an address can name; ``grow`` adds to each list of it."""

    def __init__(self) -> None:
        self.person: User = sales.user()
        self.cinema = make.cinema(name="Roxy", amenities=["bar"])
        self.room = make.room(cinema=self.cinema, seats=(1, 1))
        self.film = make.movie(title="Faust", cast=("Gösta Ekman",))
        self.part = self.film.cast_members.get()
        self.screening = make.screening(room=self.room, movie=self.film)
        self.review = make.review(user=self.person, movie=self.film)
        add_favourite_movie(user_id=self.person.pk, movie_id=self.film.pk)
        self.numbers = count(1)

    def grow(self, steps: int) -> None:
        for number in (next(self.numbers) for _ in range(steps)):
            film = make.movie(title=f"Faust {number}", cast=("Emil Jannings", "Camilla Horn"), director="Murnau")
            another = make.cinema(name=f"Roxy {number}", amenities=["bar"])
            marked = make.movie(title=f"Mark {number}", cast=("Emil Jannings",))
            make.movie(title=f"Soon {number}", cast=("Emil Jannings",), state=MovieState.COMING_SOON)
            make.screening(movie=film, room=make.room(cinema=self.cinema, seats=(1, 1)))
            make.screening(movie=self.film, room=self.room, start_time=self._minutes_later(number))
            create_seats(room_id=self.room.pk, seats=[SeatSpec("B", number)])
            CastMember.objects.create(movie=self.film, actor_name=f"Devil {number}", character_name="He", role="actor")
            review = make.review(user=sales.user(), movie=self.film)
            react(user_id=self.person.pk, review_id=review.pk, kind="like")
            add_favourite_cinema(user_id=self.person.pk, cinema_id=another.pk)
            add_favourite_movie(user_id=self.person.pk, movie_id=marked.pk)
            self.cinema.amenities.append(f"bar {number}")
        self.cinema.save()

    def ids(self) -> dict[str, int]:
        """Return the ids of what there is one of, by the name that addresses and bodies have for it."""
        screening = self.screening.pk
        ids = {"screening_id": screening, "showtime_id": screening, "showing_id": screening, "tmdb_id": TMDB_ID}
        ids |= {"cinema_id": self.cinema.pk, "room_id": self.room.pk, "movie_id": self.film.pk}
        return ids | {"review_id": self.review.pk, "cast_id": self.part.pk}

    def address(self, path: str) -> str:
        """Fill in the parameters of a path."""
        return path.format(**self.ids())

    def headers(self) -> dict[str, str]:
        return bearer(self.person)

    def _minutes_later(self, number: int) -> Any:
        return clock.now().replace(microsecond=0) + timedelta(days=2, hours=3 * number)


def build() -> None:
    """Build a house, for ``manage.py shell``, and print its ids."""
    house = House()
    house.grow(3)
    print(json.dumps(house.ids()))


def reads(described: Described) -> Iterator[tuple[str, Described]]:
    """Yield path and operation of each read."""
    for name, operation in operations(described).items():
        if name.startswith("GET "):
            yield name.removeprefix("GET "), operation
