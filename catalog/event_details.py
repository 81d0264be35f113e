"""What only some types of events have: one column, whose shape the event's type decides."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalog.models import EventType

Line = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Line], Field(min_length=1, max_length=20)]
Minutes = Annotated[int, Field(ge=1, le=2000)]


class Details(BaseModel):
    """What any event may have."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    organizer: Line | None = None
    minutes: Minutes | None = None


class Performance(Details):
    performers: Names | None = None


class Play(Performance):
    author: Line | None = None
    director: Line | None = None


class Film(Details):
    film: Line | None = None
    director: Line | None = None


class Exhibition(Details):
    artists: Names | None = None


class Match(Details):
    teams: Names | None = None
    league: Line | None = None


class Tour(Details):
    guide: Line | None = None
    meeting_point: Line | None = None


class Game(Details):
    players: Line | None = None


class Lesson(Details):
    teacher: Line | None = None


SHAPES: dict[str, type[Details]] = {
    EventType.CONCERT: Performance,
    EventType.STAND_UP: Performance,
    EventType.EXHIBITION: Exhibition,
    EventType.THEATER: Play,
    EventType.CINEMA: Film,
    EventType.SPORT: Match,
    EventType.EXCURSION: Tour,
    EventType.SHOW: Performance,
    EventType.QUEST: Game,
    EventType.MASTER_CLASS: Lesson,
}


def details_of(event_type: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of it an event of this type can have; what does not fit is left out, nothing is refused."""
    if not said:
        return {}
    shape = SHAPES.get(event_type, Details)
    kept = {name: value for name, value in said.items() if name in shape.model_fields}
    try:
        return shape.model_validate(kept).model_dump(exclude_none=True)
    except ValidationError as wrong:
        bad = {str(error["loc"][0]) for error in wrong.errors(include_url=False) if error["loc"]}
        return details_of(event_type, {name: value for name, value in kept.items() if name not in bad}) if bad else {}
