"""The rows of a programme file, as docs/programme-import.md describes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from catalog.models import MovieState

SENTENCES = {
    "missing": "This field is missing: fill it in.",
    "extra_forbidden": "There is no such field: take it out, or correct its name.",
}
Kind = Literal["cinema", "room", "movie", "screening"]


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row, and where it stands."""

    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A row as found. ``at`` is its JSON pointer, or its line of the CSV file."""

    kind: Kind
    at: str
    data: Any

    def place(self, field: str) -> str:
        """Return where a field stands; ``field`` is empty or like ``/price``."""
        if self.at.startswith("/"):
            return self.at + field
        return f"{self.at}, {field.strip('/')}" if field.strip("/") else self.at


def _storable(text: str) -> str:
    if "\0" in text or (not text.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise ValueError("this text cannot be stored: take the null characters and broken letters out")
    return text


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        moment = None
    if moment is None or ":" not in str(value):
        raise ValueError("write the time as 2026-11-21T20:15, or with an offset as 2026-11-21T20:15+01:00")
    return moment


def _part(value: object) -> object:
    if not isinstance(value, str):
        return value
    actor, _, character = (half.strip() for half in value.partition("="))
    return {"actor_name": actor, "character_name": character}


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_storable)]
Loose = Annotated[str, AfterValidator(_storable)]
Slug = Annotated[str, StringConstraints(pattern=r"^[-a-z0-9_]+$", max_length=255)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Factor = Annotated[Decimal, Field(ge=0, max_digits=5, decimal_places=2)]
Money = Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2)]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CinemaRow(Row):
    name: Text
    city: Text
    address: Text
    timezone: Text = "UTC"
    currency: Text = "EUR"
    amenities: list[Text] = []
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    trailer_minutes: int = 15
    hold_seconds: int | None = None
    cancel_cutoff_minutes: int = 0
    booking_fee: Money = Decimal(0)
    standard_factor: Factor = Decimal(1)
    premium_factor: Factor = Decimal("1.2")
    vip_factor: Factor = Decimal("1.5")
    couple_factor: Factor = Decimal(1)
    wheelchair_factor: Factor = Decimal(1)
    companion_factor: Factor = Decimal(1)
    adult_factor: Factor = Decimal(1)
    child_factor: Factor = Decimal("0.65")
    senior_factor: Factor = Decimal("0.8")
    member_factor: Factor = Decimal("0.8")


class RoomRow(Row):
    cinema: Text
    city: Text | None = None
    name: Text
    cleaning_minutes: int = 15
    step_free: bool = False
    hearing_loop: bool = False
    plan: list[Loose] | None = None
    numbering: Literal["left_to_right", "right_to_left"] = "left_to_right"


class PartRow(Row):
    actor_name: Text
    character_name: Loose = ""
    role: Text = "actor"
    profile_image_url: Text | None = None
    is_lead: bool = False
    order: int | None = None


class MovieRow(Row):
    title: Text
    original_title: Loose = ""
    slug: Slug | None = None
    tmdb_id: int | None = None
    description: Loose | None = None
    duration_minutes: int
    genre: list[Text] = []
    rating: Text | None = None
    state: MovieState = MovieState.SHOWING
    director: Text | None = None
    writers: list[Text] = []
    producers: list[Text] = []
    release_date: date | None = None
    country: Text | None = None
    language: Text | None = None
    production_company: Text | None = None
    distributor: Text | None = None
    image_url: Text | None = None
    trailer_url: Text | None = None
    awards: list[Text] = []
    poster: Text | None = None
    cast: list[Annotated[PartRow, BeforeValidator(_part)]] | None = None


class ScreeningRow(Row):
    cinema: Text
    city: Text | None = None
    room: Text
    movie: Text
    start: Moment
    end_time: Moment | None = None
    price: Decimal
    is_3d: bool = False
    is_imax: bool = False
    is_dolby: bool = False
    language: Text | None = None
    subtitles: Text | None = None
    presale: bool = False


MODELS: dict[Kind, type[Row]] = {
    "cinema": CinemaRow,
    "room": RoomRow,
    "movie": MovieRow,
    "screening": ScreeningRow,
}


def read(raw: Raw) -> Row | list[RowError]:
    """Return the typed row, or all that is wrong with it."""
    try:
        return MODELS[raw.kind].model_validate(raw.data)
    except ValidationError as wrong:
        return [RowError(raw.place(_pointer(error)), _sentence(error)) for error in wrong.errors(include_url=False)]


def rows_of(document: dict[str, Any]) -> Iterator[Raw | RowError]:
    """Yield the rows of one JSON document, a room after its cinema."""
    for section in document.keys() - {"cinemas", "movies", "screenings"}:
        yield RowError(f"/{section}", "There is no such section: use cinemas, movies and screenings.")
    for at, cinema in _items(document, "cinemas", ""):
        if isinstance(cinema, RowError) or not isinstance(cinema, dict):
            yield cinema if isinstance(cinema, RowError) else Raw("cinema", at, cinema)
            continue
        yield Raw("cinema", at, {name: value for name, value in cinema.items() if name != "rooms"})
        house = {"cinema": cinema.get("name"), "city": cinema.get("city")}
        for room_at, room in _items(cinema, "rooms", at):
            yield room if isinstance(room, RowError) else Raw("room", room_at, _joined(house, room))
    for section, kind in (("movies", "movie"), ("screenings", "screening")):
        for at, row in _items(document, section, ""):
            yield row if isinstance(row, RowError) else Raw(kind, at, row)  # type: ignore[arg-type]


def _items(holder: dict[str, Any], section: str, at: str) -> Iterator[tuple[str, Any]]:
    found = holder.get(section)
    if found is None:
        return
    if not isinstance(found, list):
        yield "", RowError(f"{at}/{section}", "Write a list here, in square brackets.")
        return
    for index, row in enumerate(found):
        yield f"{at}/{section}/{index}", row


def _joined(house: dict[str, Any], room: object) -> object:
    return room | house if isinstance(room, dict) else room


def _pointer(error: ErrorDetails) -> str:
    return "".join(f"/{part}" for part in error["loc"])


def _sentence(error: ErrorDetails) -> str:
    if error["type"] in SENTENCES:
        return SENTENCES[error["type"]]
    shown = repr(error["input"])
    sentence = error["msg"].removeprefix("Value error, ")
    return f"{sentence[0].upper()}{sentence[1:]}; found {shown if len(shown) <= 60 else shown[:60] + '...'}."
