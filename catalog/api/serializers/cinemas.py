from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from catalog.api.serializers.fields import Input, Texts, Words
from catalog.api.serializers.memory import Memory
from catalog.api.serializers.output import Output
from catalog.models import PRICE_FACTORS, Cinema, Room, Seat, SeatType
from catalog.selectors.cinemas import with_capacity
from catalog.services.plans import MAX_SEATS


class CinemaOutput(Output):
    amenities = Texts()

    class Meta:
        model = Cinema
        fields = [
            "id",
            "name",
            "address",
            "city",
            "amenities",
            "timezone",
            "currency",
            "latitude",
            "longitude",
            "created_at",
        ]
        read_only_fields = fields


class CinemasOutput(serializers.Serializer[Any]):
    cinemas = CinemaOutput(many=True)
    total = serializers.IntegerField()


class CinemaInput(Input):
    amenities = Words()
    latitude = serializers.FloatField(min_value=-90, max_value=90, allow_null=True, required=False)
    longitude = serializers.FloatField(min_value=-180, max_value=180, allow_null=True, required=False)

    class Meta:
        model = Cinema
        fields = [
            "name",
            "address",
            "city",
            "amenities",
            "timezone",
            "currency",
            "latitude",
            "longitude",
            "trailer_minutes",
            "hold_seconds",
            "companion_release_minutes",
            "cancel_cutoff_minutes",
            "booking_fee",
            *PRICE_FACTORS,
        ]


class RoomOutput(Output):
    capacity = serializers.IntegerField()
    cinema = CinemaOutput()
    extras: Collection[str] = ("cinema",)
    columns = {"cinema": ("cinema_id",)}

    class Meta:
        model = Room
        fields = ["id", "cinema_id", "name", "capacity", "created_at", "cinema"]
        read_only_fields = fields


class RoomInCinemaOutput(RoomOutput):
    extras = ()
    # Whoever changes the seats of a room counts the room's layout up.
    memory = Memory("""
        SELECT r.id, r.ctid::text || r.xmin::text || c.ctid::text || c.xmin::text
        FROM catalog_room r JOIN catalog_cinema c ON c.id = r.cinema_id WHERE r.id = ANY(%s)""")

    @classmethod
    def rows(cls) -> QuerySet[Room]:
        return with_capacity(Room.objects.all())


class RoomInput(Input):
    class Meta:
        model = Room
        fields = ["name", "cleaning_minutes", "step_free", "hearing_loop"]


class SeatOutput(Output):
    class Meta:
        model = Seat
        fields = ["id", "room_id", "row_label", "seat_number", "seat_type", "x", "y"]
        read_only_fields = fields


class SeatInput(Input):
    class Meta:
        model = Seat
        fields = ["row_label", "seat_number", "seat_type", "x", "y"]


@extend_schema_serializer(
    examples=[
        OpenApiExample("A block", {"rows": 10, "seats_per_row": 15, "seat_type": "standard"}, request_only=True),
        OpenApiExample(
            "A list", {"seats": [{"row_label": "E", "seat_number": 7, "seat_type": "vip"}]}, request_only=True
        ),
    ]
)
class SeatsInput(serializers.Serializer[Any]):
    """A block of ``rows`` x ``seats_per_row`` seats of one kind, or a list of seats."""

    rows = serializers.IntegerField(min_value=1, max_value=MAX_SEATS, required=False)
    seats_per_row = serializers.IntegerField(min_value=1, max_value=MAX_SEATS, required=False)
    seat_type = serializers.ChoiceField(SeatType.choices, default=SeatType.STANDARD)
    seats: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=SeatInput(), required=False, max_length=MAX_SEATS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "seats" not in attrs and not {"rows", "seats_per_row"} <= attrs.keys():
            raise serializers.ValidationError("Give rows and seats_per_row, or seats.")
        return attrs
