from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers.cinemas import RoomInCinemaOutput
from catalog.api.serializers.fields import LocalOrMoment, Moment, Output
from catalog.api.serializers.movies import MovieOutput
from catalog.models import Screening, ScreeningStatus


class ScreeningOutput(Output):
    screening_time = Moment(source="start_time")
    status = serializers.SerializerMethodField()

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
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(ScreeningStatus.choices))
    def get_status(self, screening: Screening) -> str:
        return screening.status_at(self.context["now"])


class DetailedScreeningOutput(ScreeningOutput):
    movie = MovieOutput()
    room = RoomInCinemaOutput()

    class Meta(ScreeningOutput.Meta):
        fields = [*ScreeningOutput.Meta.fields, "movie", "room"]
        read_only_fields = fields


class ScreeningInput(serializers.ModelSerializer[Screening]):
    movie_id = serializers.IntegerField(min_value=1)
    room_id = serializers.IntegerField(min_value=1)
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


class ShowtimeOutput(Output):
    screening_time = Moment(source="start_time")
    room = RoomInCinemaOutput()

    class Meta:
        model = Screening
        fields = ["id", "screening_time", "price", "room"]
        read_only_fields = fields


class MovieShowtimesOutput(serializers.Serializer[Any]):
    """A film, its lowest price, and when it is shown."""

    movie = MovieOutput()
    price = serializers.DecimalField(8, 2)
    showtimes = ShowtimeOutput(many=True)
