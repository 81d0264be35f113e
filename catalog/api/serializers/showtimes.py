from catalog.api.serializers.cinemas import RoomInCinemaOutput
from catalog.api.serializers.fields import Moment
from catalog.api.serializers.output import Output
from catalog.models import Screening
from catalog.selectors.screenings import know_rooms


class ShowtimeOutput(Output):
    screening_time = Moment(source="start_time")
    room = RoomInCinemaOutput()
    needs = {"room": know_rooms}

    class Meta:
        model = Screening
        fields = ["id", "screening_time", "price", "room"]
        read_only_fields = fields
