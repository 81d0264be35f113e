import functools
from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers.cinemas import RoomInCinemaOutput
from catalog.api.serializers.fields import Input, LocalOrMoment, Moment, RowId
from catalog.api.serializers.movies import MovieOutput
from catalog.api.serializers.output import Output
from catalog.api.serializers.showtimes import ShowtimeOutput
from catalog.models import Screening, ScreeningStatus
from catalog.models.screenings import status_at


class ScreeningOutput(Output):
    screening_time = Moment(source="start_time")
    status = serializers.SerializerMethodField()
    movie = MovieOutput()
    room = RoomInCinemaOutput()
    extras: Collection[str] = ("movie", "room")
    plain = True
    columns = {"status": ("status", "end_time"), "movie": ("movie_id",), "room": ("room_id",)}

    class Meta:
        model = Screening
        fields = [
            "id",
            "movie_id",
            "room_id",
            "screening_time",
            "start_time",
            "end_time",
            "price",
            "currency",
            "is_3d",
            "is_imax",
            "is_dolby",
            "language",
            "subtitles",
            "status",
            "bookings_count",
            "created_at",
            "movie",
            "room",
        ]
        read_only_fields = fields

    @functools.cached_property
    def now(self) -> datetime:
        return cast(datetime, self.context["now"])

    @extend_schema_field(serializers.ChoiceField(ScreeningStatus.choices))
    def get_status(self, screening: Screening) -> str:
        return status_at(screening.status, screening.end_time, self.now)


class DetailedScreeningOutput(ScreeningOutput):
    extras = ()


class ScreeningInput(Input):
    movie_id = RowId()
    room_id = RowId()
    screening_time = LocalOrMoment(source="start_time", help_text="Without offset: a time on the cinema's clock.")
    end_time = LocalOrMoment(required=False, help_text="After trailers and film unless given.")

    class Meta:
        model = Screening
        fields = [
            "movie_id",
            "room_id",
            "screening_time",
            "end_time",
            "price",
            "is_3d",
            "is_imax",
            "is_dolby",
            "language",
            "subtitles",
            "presale",
        ]


class ScreeningChangeInput(ScreeningInput):
    remap = serializers.BooleanField(
        default=False, help_text="With another room: take holds and tickets along to the seats of the same names."
    )

    class Meta(ScreeningInput.Meta):
        fields = [*ScreeningInput.Meta.fields, "remap"]


class MovieShowtimesOutput(serializers.Serializer[Any]):
    """A film, its lowest price, and when it is shown."""

    movie = MovieOutput()
    price = serializers.DecimalField(8, 2)
    showtimes = ShowtimeOutput(many=True)
