"""Shapes of what is asked and told about other cinemas."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from scraping.api.serializers.fields import Moment, OneOf, OrNull, Percent, PercentOfSeen
from scraping.selectors.fill import By
from scraping.tix.layouts import CAVEAT
from scraping.tix.watching import LOWER_BOUND

AT_MOST = "Seats that are sold or blocked, which the site does not tell apart."
AT_LEAST = "Of these, seats that were free at our first look."
OF_SEEN = "Of all these seats; null if none was seen."
MOMENT = "2026-11-21T11:52:00.000000Z"
LOOK = {
    "captured_at": MOMENT,
    "seats_total": 120,
    "unavailable": 45,
    "taken_since": 6,
    "occupancy_upper_bound": 37.5,
    "occupancy_lower_bound": 5.0,
}


class CityQuery(serializers.Serializer[Any]):
    city = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Its whole name, such as JAKARTA, in any case."
    )


class ShowtimesQuery(CityQuery):
    date = serializers.DateField(required=False, help_text="The day under which the site lists them.")
    movie = serializers.CharField(
        required=False, allow_blank=True, max_length=64, help_text="The film's `id` or `upstream_id`."
    )


class FillQuery(CityQuery):
    by = OneOf([one.value for one in By], default=By.MOVIE.value)
    first = serializers.DateField(required=False, help_text="Unless given, six days before `last`.")
    last = serializers.DateField(
        required=False, help_text="Unless given, six days after `first`, or today on the cinemas' clocks."
    )
    merchant = serializers.CharField(required=False, allow_blank=True, max_length=60, help_text="The chain.")


class SeenOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    upstream_id = serializers.CharField(help_text="What the site calls it.")
    source = serializers.CharField(help_text="The site.")  # type: ignore[assignment]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A film",
            {
                "id": 7,
                "upstream_id": "1854321098765432109",
                "source": "tix",
                "title": "Nosferatu",
                "genres": ["Horror"],
                "poster": "https://tix.example/nosferatu.jpg",
                "age_category": "D17+",
                "country": "Germany",
                "merchants": ["CGV", "XXI"],
                "is_presale": False,
                "cities": ["BANDUNG", "JAKARTA"],
                "first_seen_at": "2026-11-20T23:00:04.000000Z",
                "changed_at": "2026-11-20T23:00:04.000000Z",
            },
        )
    ]
)
class MarketFilmOutput(SeenOutput):
    title = serializers.CharField()
    genres = serializers.ListField(child=serializers.CharField())
    poster = OrNull()
    age_category = OrNull()
    country = OrNull()
    merchants = serializers.ListField(child=serializers.CharField(), help_text="The chains that list it now.")
    is_presale = serializers.BooleanField(help_text="Sold in advance somewhere.")
    cities = serializers.ListField(child=serializers.CharField(), help_text="Where it is listed now.")
    first_seen_at = Moment()
    changed_at = Moment()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A cinema",
            {
                "id": 3,
                "upstream_id": "1154321098765432109",
                "source": "tix",
                "name": "PLAZA INDONESIA XXI",
                "merchant": "XXI",
                "city": "JAKARTA",
                "address": "Jl. M.H. Thamrin 28-30",
                "latitude": -6.193,
                "longitude": 106.822,
                "room_types": ["2D", "IMAX"],
                "first_seen_at": "2026-11-20T23:00:04.000000Z",
                "changed_at": "2026-11-20T23:00:04.000000Z",
            },
        )
    ]
)
class MarketTheatreOutput(SeenOutput):
    name = serializers.CharField(help_text="Empty while only its showings are known.")
    merchant = serializers.CharField(help_text="The chain.")
    city = serializers.CharField()
    address = OrNull()
    latitude = serializers.FloatField(allow_null=True, help_text="Degrees.")
    longitude = serializers.FloatField(allow_null=True, help_text="Degrees.")
    room_types = serializers.ListField(child=serializers.CharField())
    first_seen_at = Moment()
    changed_at = Moment()


class LookOutput(serializers.Serializer[Any]):
    captured_at = Moment()
    seats_total = serializers.IntegerField()
    unavailable = serializers.IntegerField(help_text=AT_MOST)
    taken_since = serializers.IntegerField(help_text=AT_LEAST)
    occupancy_upper_bound = Percent(help_text=CAVEAT)
    occupancy_lower_bound = Percent(help_text=LOWER_BOUND)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A showing",
            {
                "id": 4711,
                "upstream_id": "2054321098765432109",
                "source": "tix",
                "movie_id": 7,
                "movie_title": "Nosferatu",
                "theatre_id": 3,
                "theatre_name": "PLAZA INDONESIA XXI",
                "merchant": "XXI",
                "city": "JAKARTA",
                "date": "2026-11-21",
                "time": "19:00",
                "starts_at": "2026-11-21T12:00:00.000000Z",
                "status": 1,
                "is_available": True,
                "category": "2D",
                "studio": "4",
                "price": 50000,
                "currency": "IDR",
                "last_look": LOOK,
            },
        )
    ]
)
class MarketShowtimeOutput(SeenOutput):
    movie_id = serializers.IntegerField(source="film_id")
    movie_title = serializers.CharField(source="film.title")
    theatre_id = serializers.IntegerField()
    theatre_name = serializers.CharField(source="theatre.name")
    merchant = serializers.CharField(source="theatre.merchant")
    city = serializers.CharField(source="theatre.city")
    date = serializers.DateField(source="day", help_text="The day under which the site lists it.")
    time = serializers.CharField(source="clock", help_text="The start on the cinema's clock.")
    starts_at = Moment()
    status = serializers.IntegerField(help_text="0 over, closed or sold out; 1 on sale; 2 almost sold out.")
    is_available = serializers.BooleanField(help_text="On sale when it was listed.")
    category = OrNull()
    studio = OrNull()
    price = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    last_look = LookOutput(allow_null=True, help_text="The last look at its seats before the start.")


class RowOutput(serializers.Serializer[Any]):
    row = serializers.CharField()
    seats = serializers.IntegerField()
    unavailable = serializers.IntegerField(help_text=AT_MOST)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two looks",
            LOOK
            | {
                "showtime_id": 4711,
                "by_row": [{"row": "A", "seats": 12, "unavailable": 3}],
                "caveat": f"{CAVEAT} {LOWER_BOUND}",
                "looks": [
                    LOOK
                    | {
                        "captured_at": "2026-11-21T11:36:00.000000Z",
                        "unavailable": 39,
                        "taken_since": 0,
                        "occupancy_upper_bound": 32.5,
                        "occupancy_lower_bound": 0.0,
                    },
                    LOOK,
                ],
            },
        )
    ]
)
class OccupancyOutput(LookOutput):
    showtime_id = serializers.IntegerField()
    by_row = RowOutput(many=True)
    caveat = serializers.CharField(help_text="What the bounds mean.")
    looks = LookOutput(many=True, help_text="All looks at the showing, the earliest first.")


class FillOutput(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="The film's `id`, the chain, or the hour of the start.")
    name = serializers.CharField()
    showings = serializers.IntegerField(help_text="That have begun.")
    observed = serializers.IntegerField(help_text="Of these, seen at most 15 minutes before they began: what counts.")
    seats_total = serializers.IntegerField()
    unavailable = serializers.IntegerField(help_text=AT_MOST)
    taken_since = serializers.IntegerField(help_text=AT_LEAST)
    occupancy_upper_bound = PercentOfSeen(source="upper_bound", help_text=f"{OF_SEEN} {CAVEAT}")
    occupancy_lower_bound = PercentOfSeen(source="lower_bound", help_text=f"{OF_SEEN} {LOWER_BOUND}")


FILL = {"key": "7", "name": "Nosferatu", "showings": 40, "observed": 38, "seats_total": 4800, "unavailable": 1800}
FILL |= {"taken_since": 240, "occupancy_upper_bound": 37.5, "occupancy_lower_bound": 5.0}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "By film",
            {
                "by": "movie",
                "first": "2026-11-15",
                "last": "2026-11-21",
                "caveat": f"{CAVEAT} {LOWER_BOUND}",
                "total": FILL | {"key": "", "name": "all"},
                "rows": [FILL],
            },
        )
    ]
)
class HowFullOutput(serializers.Serializer[Any]):
    by = serializers.ChoiceField(choices=[one.value for one in By])
    first = serializers.DateField()
    last = serializers.DateField()
    caveat = serializers.CharField(help_text="What the bounds mean.")
    total = FillOutput()
    rows = FillOutput(many=True)
