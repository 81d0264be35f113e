from catalog.api.serializers.cinemas import RoomInCinemaOutput
from catalog.api.serializers.fields import Moment
from catalog.api.serializers.output import Output
from catalog.models import Screening


class ShowtimeOutput(Output):
    screening_time = Moment(source="start_time")
    room = RoomInCinemaOutput()
    plain = True
    columns = {"room": ("room_id",)}

    class Meta:
        model = Screening
        fields = ["id", "screening_time", "price", "room"]
        read_only_fields = fields
