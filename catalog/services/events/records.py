"""An event as others send it: checked, with its moments in UTC. What they send besides is left aside."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails

from catalog.models.events import normalised_type
from catalog.zones import YEARS
from cinema_project.common.errors import invalid_fields

MOST_DATES = 1000
LARGEST_PRICE = 2**31 - 1
MOST_TOLD = 20
"""Wrong fields that an answer names."""


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold the character NUL")
    return text


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without an offset is on the clock of the site."""
    if moment.year not in YEARS:
        raise ValueError("must be in a year from 1900 to 2999")
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))).astimezone(UTC)


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_object(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


CLEAN = AfterValidator(_without_nul)
Address = Annotated[str, StringConstraints(max_length=2000), CLEAN]
Moment = Annotated[datetime, AfterValidator(_in_utc)]


SourceId = Annotated[str, StringConstraints(max_length=200), CLEAN, BeforeValidator(_as_text)] | None
Age = Annotated[str, StringConstraints(max_length=50), CLEAN, BeforeValidator(_as_text)] | None
EventKind = Annotated[str, StringConstraints(max_length=60), CLEAN]
Genre = Annotated[str, StringConstraints(max_length=200), CLEAN]
Moments = Annotated[list[Moment], Field(max_length=MOST_DATES)]


class EventCreate(BaseModel):
    """One event, as it is uploaded."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, str_strip_whitespace=True)

    uuid: UUID
    event_type: Annotated[EventKind, Field(validation_alias=AliasChoices("event_type", "type"))]
    source_id: Annotated[SourceId, Field(validation_alias=AliasChoices("id", "source_id"))] = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=500), CLEAN]
    description: Annotated[str, StringConstraints(max_length=50_000), CLEAN]
    price: Annotated[int, Field(ge=0, le=LARGEST_PRICE)]
    date_preview: Moment
    date_list: Moments
    place: Annotated[str, StringConstraints(max_length=500), CLEAN]
    genre: Genre
    age: Age = None
    image_url: Address
    url: Address
    details: Annotated[dict[str, Any], BeforeValidator(_as_object)] = {}

    @cached_property
    def type(self) -> str:
        """The type as it is stored, if it is one of ours."""
        return normalised_type(self.event_type)

    @property
    def last_date(self) -> datetime:
        """The last moment at which it begins."""
        return max([self.date_preview, *self.date_list])


E = TypeVar("E", bound=EventCreate)


def read_event(kind: type[E], body: Any) -> E:
    """Return the event that a body holds.

    :raises Invalid: naming each wrong field
    """
    try:
        return kind.model_validate(body)
    except ValidationError as wrong:
        raise _refusal([wrong], [""]) from None


def read_events(kind: type[E], body: Any) -> list[E]:
    """Return the events of ``{"events": [...]}``: all of them, or none.

    :raises Invalid: naming each wrong field of each
    """
    listed = body.get("events") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise invalid_fields([{"pointer": "/events", "detail": "Send a list of events."}])
    events, wrong, places = [], [], []
    for place, one in enumerate(listed):
        try:
            events.append(kind.model_validate(one))
        except ValidationError as error:
            wrong.append(error)
            places.append(f"/events/{place}")
    if wrong:
        raise _refusal(wrong, places)
    return events


def _refusal(wrong: Sequence[ValidationError], places: Sequence[str]) -> Exception:
    found = [
        {"pointer": place + "".join(f"/{part}" for part in one["loc"]), "detail": _sentence(one)}
        for place, error in zip(places, wrong, strict=True)
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return invalid_fields(found[:MOST_TOLD])


def _sentence(error: ErrorDetails) -> str:
    """Say what is wrong in words that need no knowledge of the program."""
    if error["type"] == "model_type":
        return "Input should be an object with the fields of an event"
    said = error["msg"].removeprefix("Value error, ")
    return f"{said[0].upper()}{said[1:]}"
