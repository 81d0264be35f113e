"""What visitors browse: films with casts and reviews, cinemas in several time zones, screenings of seven weeks.

The same rows each time, but for the day that they are counted from. Made by COPY and SQL; ids begin with 1.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg

from catalog.tests import made_up_films

ROOMS_OF_CINEMA, SHOWS_OF_DAY = 8, 5
CAST = 10
IMPORTED = ("title", "description", "duration_minutes", "genre", "director", "release_date", "country", "language")
REVIEWERS, REVIEWS_OF_PERSON = 800, 25
CITIES = {
    "Berlin": "Europe/Berlin",
    "Lisboa": "Europe/Lisbon",
    "Boston": "America/New_York",
    "Monterrey": "America/Mexico_City",
    "Jakarta": "Asia/Jakarta",
}
MOVIE_COLUMNS = """id, title, original_title, slug, description, duration_minutes, genre, rating, state, director,
    writers, producers, release_date, country, language, budget, revenue, production_company, distributor, poster,
    trailer_url, awards, details, tmdb_id, backdrop_path, vote_average, vote_count, imported, created_at, updated_at"""
CAST_COLUMNS = 'movie_id, actor_name, character_name, role, is_lead, "order", created_at, updated_at'
CINEMAS = """
INSERT INTO catalog_cinema (id, name, slug, address, city, amenities, timezone, currency, premium_factor, vip_factor,
    trailer_minutes, version, created_at)
SELECT id, 'Roxy ' || city || ' ' || id, 'roxy-' || id, 'Street ' || id, city, '["bar", "parking", "hearing loop"]',
    zone, 'EUR', 1.2, 1.5, 15, 1, now()
FROM generate_series(1, %(cinemas)s) AS id
JOIN unnest(%(cities)s::text[], %(zones)s::text[]) WITH ORDINALITY AS place (city, zone, number)
    ON number = 1 + id %% cardinality(%(cities)s::text[])
"""
ROOMS = """
INSERT INTO catalog_room (id, cinema_id, name, cleaning_minutes, step_free, hearing_loop, layout_version, created_at)
SELECT id, 1 + (id - 1) / %(rooms_of_cinema)s, 'Room ' || 1 + (id - 1) %% %(rooms_of_cinema)s, 15, true, false, 1, now()
FROM generate_series(1, %(cinemas)s * %(rooms_of_cinema)s) AS id
"""
SEATS = """
INSERT INTO catalog_seat (room_id, row_label, seat_number, seat_type, x, y, is_active)
SELECT room.id, chr(65 + y), x + 1, CASE WHEN y > 6 THEN 'premium' ELSE 'standard' END, x, y, true
FROM catalog_room room, generate_series(0, 9) AS y, generate_series(0, 11 + (room.id %% 8)::int) AS x
"""
# A cinema shows two dozen films a week. Those of the past come from twice as many.
SCREENINGS = """
INSERT INTO catalog_screening (id, movie_id, room_id, start_time, end_time, room_free_at, price, currency, is_3d,
    is_imax, is_dolby, language, presale, status, bookings_count, seat_seq, created_at)
SELECT row_number() OVER (ORDER BY day, show, room.id), film.id, room.id, starts,
    starts + make_interval(mins => film.duration_minutes + 15),
    starts + make_interval(mins => film.duration_minutes + 30), 8 + show, 'EUR', room.id %% 4 = 0, room.id %% 8 = 0,
    false, film.language, false,
    CASE WHEN (room.id * 31 + day * 7 + show) %% 50 = 0 THEN 'cancelled' ELSE 'scheduled' END, 0, 0,
    now() - interval '60 days'
FROM catalog_room room JOIN catalog_cinema cinema ON cinema.id = room.cinema_id,
    generate_series(-%(days)s / 2, (%(days)s + 1) / 2 - 1) AS day, generate_series(0, %(shows)s - 1) AS show,
    LATERAL (
        SELECT ((current_date + day) + time '09:00' + show * interval '3.5 h') AT TIME ZONE cinema.timezone AS starts,
            cinema.id * 37 + floor(day / 7.0)::int * 11 + (room.id * 3 + show + day * 5 + 1000) %% 24 AS choice
    ) AS plan, catalog_movie film
WHERE film.id = CASE
    WHEN day < 0 THEN %(first_past)s + choice %% (%(last_shown)s - %(first_past)s + 1)
    ELSE %(first_shown)s + choice %% (%(last_shown)s - %(first_shown)s + 1) END
"""
REVIEWS = """
INSERT INTO catalog_review (user_id, movie_id, rating, title, comment, created_at, updated_at)
SELECT person, 1 + (person * 31 + number * 97) %% %(films)s, 1 + (person * 7 + number * 3) %% 5, 'Seen',
    repeat('A night to remember. ', 5), now() - number * interval '1 day', now()
FROM generate_series(1, %(reviewers)s) AS person, generate_series(1, %(reviews)s) AS number
"""
FAVOURITES = """
INSERT INTO catalog_favourite (user_id, movie_id, created_at)
SELECT person, %(first_past)s + (person * 13 + number * 89) %% (%(last_shown)s - %(first_past)s + 1), now()
FROM generate_series(1, %(reviewers)s) AS person, generate_series(1, 3) AS number
"""
# Two tickets a booking for many screenings of two weeks past and one to come.
BOOKINGS = """
INSERT INTO booking_booking (booking_number, user_id, screening_id, total, currency, booked_at)
SELECT 'B' || screening.id || '-' || number, 1 + (screening.id * 3 + number * 251) %% %(reviewers)s, screening.id,
    2 * screening.price, 'EUR', least(screening.start_time, now()) - interval '2 h'
FROM catalog_screening screening, generate_series(1, 2) AS number
WHERE screening.start_time BETWEEN now() - interval '14 days' AND now() + interval '7 days'
    AND screening.status = 'scheduled' AND screening.movie_id %% 5 < 3
"""
TICKETS = """
INSERT INTO booking_seatclaim (screening_id, seat_id, user_id, state, price, currency, extensions, secret, booking_id,
    booked_at, confirmed_at)
SELECT booking.screening_id, seat.id, booking.user_id, 'confirmed', booking.total / 2, 'EUR', 0,
    substr(md5(booking.id || ' ' || seat.id), 1, 26), booking.id, booking.booked_at, booking.booked_at
FROM booking_booking booking
JOIN catalog_screening screening ON screening.id = booking.screening_id
JOIN catalog_seat seat ON seat.room_id = screening.room_id AND seat.row_label = 'E'
    AND (seat.seat_number - 1) / 2 = right(booking.booking_number, 1)::int
"""


@dataclass(frozen=True)
class Size:
    """How much there is. Of the films the oldest seven tenths have ended, the newest tenth is still to come."""

    films: int = 2_000
    cinemas: int = 50
    days: int = 50

    @property
    def shown(self) -> range:
        """The ids of the films on show."""
        return range(self.films * 7 // 10 + 1, self.films * 9 // 10 + 1)

    @property
    def screenings(self) -> int:
        return self.cinemas * ROOMS_OF_CINEMA * SHOWS_OF_DAY * self.days


def fill(connection: "psycopg.Connection", size: Size) -> None:
    """Put the programme in the place of all films and cinemas there are. The films are not indexed yet."""
    connection.execute("TRUNCATE catalog_cinema, catalog_movie CASCADE")
    _copy_films(connection, size)
    named = {
        "cinemas": size.cinemas,
        "rooms_of_cinema": ROOMS_OF_CINEMA,
        "cities": [*CITIES],
        "zones": [*CITIES.values()],
        "days": size.days,
        "shows": SHOWS_OF_DAY,
        "films": size.films,
        "first_past": size.films * 5 // 10 + 1,
        "first_shown": size.shown.start,
        "last_shown": size.shown.stop - 1,
        "reviewers": REVIEWERS,
        "reviews": REVIEWS_OF_PERSON,
    }
    for statement in (CINEMAS, ROOMS, SEATS, SCREENINGS, REVIEWS, FAVOURITES, BOOKINGS, TICKETS):
        connection.execute(statement, named)


def _copy_films(connection: "psycopg.Connection", size: Size) -> None:
    rows = list(made_up_films.films(size.films, CAST))
    made = datetime.now(UTC) - timedelta(days=1)
    moments = [made - timedelta(hours=size.films - number) for number in range(size.films)]
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY catalog_movie ({MOVIE_COLUMNS}) FROM STDIN") as copy:
            for film, moment in zip(_films(rows, size), moments, strict=True):
                copy.write_row([*film, moment, moment])
        with cursor.copy(f"COPY catalog_castmember ({CAST_COLUMNS}) FROM STDIN") as copy:
            for number, row in enumerate(rows):
                for place, part in enumerate(row["cast"]):
                    facts = (part["actor_name"], part["character_name"], part["role"], place < 2, place)
                    copy.write_row([number + 1, *facts, moments[number], moments[number]])


def _films(rows: list[dict[str, Any]], size: Size) -> Iterator[list[Any]]:
    """Yield the films as rows of MOVIE_COLUMNS, but for the last two."""
    dice = Random(made_up_films.SEED)
    for number, film in enumerate(rows, 1):
        crew = [part["actor_name"] for part in dice.choice(rows)["cast"]]
        state = "ENDED" if number < size.shown.start else "SHOWING" if number in size.shown else "COMING_SOON"
        yield [
            number,
            film["title"],
            dice.choice(rows)["title"] if number % 3 == 0 else "",
            film["slug"],
            f"{film['description']}. {dice.choice(rows)['description']}.",
            film["duration_minutes"],
            json.dumps(film["genre"]),
            film["rating"],
            state,
            film["director"],
            json.dumps(crew[:2]),
            json.dumps(crew[2:4]),
            film["release_date"],
            film["country"],
            film["language"],
            dice.randint(1, 200) * 1_000_000,
            dice.randint(1, 900) * 1_000_000,
            f"{crew[4]} Pictures",
            f"{crew[5]} Film",
            f"posters/{film['slug']}.webp",
            f"https://films.test/trailers/{film['slug']}",
            json.dumps(["Best Picture", "Best Camera"] if number % 7 == 0 else []),
            json.dumps({"colour": "black and white", "sound": "silent", "format": "35 mm"}),
            100_000 + number,
            f"backdrops/{film['slug']}.webp",
            dice.randint(30, 95) / 10,
            dice.randint(10, 20_000),
            json.dumps({name: film[name] for name in IMPORTED}),
        ]
