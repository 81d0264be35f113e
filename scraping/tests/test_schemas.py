"""The contracts that others import: ``from scraping.schemas import MovieSchema, TheatreSchema, TokenSchema``."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from scraping.schemas import (
    MovieSchema,
    RoomSchema,
    ScraperRunSchema,
    ShowtimeSchema,
    TheatreSchema,
    TokenSchema,
)
from scraping.tests.test_tix_tokens import NOW, token

MOVIE = {
    "id": "1",
    "title": " SAMPLE ",
    "schedules": {
        "JAKARTA": [
            {
                "theatre_id": "2",
                "theatre_name": "SAMPLE XXI",
                "merchant": "XXI",
                "rooms": [
                    {
                        "category": "2D",
                        "all_showtimes": [{"time": "12:45", "status": 0}, {"time": "14:30", "showtime_id": "9"}],
                    },
                    {"category": "IMAX", "all_showtimes": None},
                ],
            }
        ]
    },
}


def test_film_with_schedules_is_validated():
    movie = MovieSchema.model_validate(MOVIE)

    (first, second) = movie.schedules["JAKARTA"][0].rooms
    assert (movie.title, first.showtimes, first.past_showtimes, second.all_showtimes) == (
        "SAMPLE",
        ["14:30"],
        ["12:45"],
        [],
    )


def test_what_is_dumped_can_be_read_again():
    movie = MovieSchema.model_validate(MOVIE)
    dumped = movie.model_dump(mode="json")

    assert dumped["schedules"]["JAKARTA"][0]["rooms"][0]["past_showtimes"] == ["12:45"]
    assert MovieSchema.model_validate(dumped) == movie


def test_older_documents_have_times_alone():
    room = RoomSchema.model_validate({"category": "2D", "showtimes": ["12:45"], "all_showtimes": []})
    closed = ShowtimeSchema.model_validate({"time": "12:45", "is_available": False})

    assert (room.showtimes, room.past_showtimes, closed.status) == (["12:45"], [], 0)


@pytest.mark.parametrize(
    ("schema", "wrong", "place"),
    [
        (MovieSchema, {"id": "1", "title": "  "}, ("title",)),
        (MovieSchema, {"title": "A"}, ("id",)),
        (TheatreSchema, {"theatre_id": "1", "name": "A", "merchant": "Other", "city": "X"}, ("merchant",)),
        (TheatreSchema, {"theatre_id": "1", "name": "A", "merchant": "XXI", "city": "X", "lat": 91}, ("lat",)),
        (TokenSchema, {"token": "short", "stored_at": "2026-11-21T12:00:00Z"}, ("token",)),
        (TokenSchema, {"token": "x" * 60, "stored_at": "2026-11-21T12:00:00"}, ("stored_at",)),
        (ScraperRunSchema, {"status": "fine", "timestamp": "2026-11-21T12:00:00Z"}, ("status",)),
        (ScraperRunSchema, {"status": "failed", "movies": -1, "timestamp": "2026-11-21T12:00:00Z"}, ("movies",)),
    ],
)
def test_what_is_wrong_is_named(schema, wrong, place):
    with pytest.raises(ValidationError) as refused:
        schema.model_validate(wrong)

    assert place in [error["loc"] for error in refused.value.errors()]


def test_theatres_city_is_in_capitals():
    theatre = {"theatre_id": "1", "name": "A", "merchant": "Cinépolis", "city": "malang", "lat": -7.9, "lng": 112.6}

    assert TheatreSchema.model_validate(theatre).city == "MALANG"


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"token": token(20)}, 20),
        ({"token": "x" * 60}, 30),
        ({"token": token(20), "expires_at": (NOW + timedelta(minutes=7)).isoformat()}, 7),
    ],
)
def test_tokens_end_is_the_given_one_else_its_own_else_half_an_hour(given, left):
    stored = TokenSchema.model_validate({"stored_at": NOW.isoformat(), **given})

    assert stored.minutes_until_expiry(now=NOW) == left
    assert stored.valid_for_scrape(now=NOW, minutes=left)
    assert not stored.valid_for_scrape(now=NOW, minutes=left + 1)
    assert stored.is_expired(now=NOW + timedelta(minutes=left))
    assert given["token"] not in repr(stored)


def test_run_is_healthy_only_if_it_found_a_days_worth():
    at = datetime(2026, 11, 21, tzinfo=UTC)
    full = ScraperRunSchema(status="success", movies=10, cities=50, timestamp=at)

    assert full.is_healthy
    assert not full.model_copy(update={"cities": 49}).is_healthy
    assert not full.model_copy(update={"status": "partial"}).is_healthy
    with pytest.raises(ValidationError, match="together more than"):
        ScraperRunSchema(status="partial", theatres_total=1, theatres_success=1, theatres_failed=1, timestamp=at)
