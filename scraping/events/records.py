"""An event as scrapers name its fields, slips of the pen that are known of some of them included."""

from typing import Annotated

from pydantic import AliasChoices, Field

from catalog.services.events.records import Age, EventCreate, Genre, Moment, Moments

KIND = "event"


class ScrapedEvent(EventCreate):
    """One event, as it was found."""

    date_preview: Annotated[Moment, Field(validation_alias=AliasChoices("date_preview", "date_prewie"))]
    date_list: Annotated[Moments, Field(validation_alias=AliasChoices("date_list", "date_full"))]
    genre: Annotated[Genre, Field(validation_alias=AliasChoices("genre", "janre"))]
    age: Annotated[Age, Field(validation_alias=AliasChoices("age", "raiting"))] = None
