"""Forms of the box office's admin."""

from typing import Any

from catalog.models import Screening
from cinema_project.common.staff_forms import ServiceForm, WallClockField


class ScreeningForm(ServiceForm):
    names = {"screening_time": "start_time", "movie_id": "movie", "room_id": "room"}
    start_time = WallClockField(
        help_text="On the clock of the cinema. A time that it shows twice needs its offset: 02:30+02:00."
    )

    class Meta:
        model = Screening
        fields = ("movie", "room", "price")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            zone = self.instance.room.cinema.zone
            self.initial["start_time"] = self.instance.start_time.astimezone(zone).replace(tzinfo=None)
