"""The contracts of the listings: what a record must be before it is stored (Pydantic 2; bounds: facts 2.3).

``MovieSchema.model_validate(raw)`` and its siblings raise ``pydantic.ValidationError`` with the place of every fault.
"""

from datetime import date as Day
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    computed_field,
    model_validator,
)

from scraping.tix.tokens import LEAST_LEFT, LIFE, expiry_of

UNREADABLE = "unreadable"
"""The field in which a reader says why there is no record; the raw thing is in ``raw``."""
LEAST_MOVIES, LEAST_CITIES = 10, 50
"""What a healthy day's run over all cities has at least."""


def _listed(value: Any) -> Any:
    return [] if value is None else value


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Count = Annotated[int, Field(ge=0)]
Merchant = Literal["XXI", "CGV", "Cinépolis", "CINEPOLIS"]


class Schema(BaseModel):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _was_read(cls, given: Any) -> Any:
        """Refuse what a reader could not make sense of, with its own words."""
        if isinstance(given, dict) and UNREADABLE in given:
            raise ValueError(str(given[UNREADABLE]))
        return given


class ShowtimeSchema(Schema):
    """A showing. ``status``: 0 over or closed, 1 on sale, 2 almost sold out; ``is_available`` follows from it."""

    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    showtime_id: str | None = None
    status: Annotated[int, Field(ge=0, le=2)] = 1

    @model_validator(mode="before")
    @classmethod
    def _status_told_otherwise(cls, given: Any) -> Any:
        if isinstance(given, dict) and "status" not in given and given.get("is_available") is False:
            return given | {"status": 0}
        return given

    @computed_field  # type: ignore[prop-decorator]
    @property
    def is_available(self) -> bool:
        return self.status == 1


class RoomSchema(Schema):
    """What one price is asked for. Older documents have ``showtimes`` alone: the times that are on sale."""

    category: Words
    price: str | None = None
    all_showtimes: Annotated[list[ShowtimeSchema], BeforeValidator(_listed)] = []

    @model_validator(mode="before")
    @classmethod
    def _from_times_alone(cls, given: Any) -> Any:
        if isinstance(given, dict) and not given.get("all_showtimes") and isinstance(given.get("showtimes"), list):
            return given | {"all_showtimes": [{"time": time} for time in given["showtimes"]]}
        return given

    @computed_field  # type: ignore[prop-decorator]
    @property
    def showtimes(self) -> list[str]:
        return [showing.time for showing in self.all_showtimes if showing.is_available]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def past_showtimes(self) -> list[str]:
        return [showing.time for showing in self.all_showtimes if not showing.is_available]


class TheatreScheduleSchema(Schema):
    theatre_id: Words
    theatre_name: Words
    merchant: Merchant
    address: str | None = None
    rooms: Annotated[list[RoomSchema], BeforeValidator(_listed)] = []


class MovieSchema(Schema):
    """A film, the cities that show it, and by city its cinemas' showings if they were read."""

    id: Words
    title: Words
    genres: Annotated[list[str], BeforeValidator(_listed)] = []
    poster: str | None = None
    age_category: str | None = None
    country: str | None = None
    merchants: Annotated[list[str], BeforeValidator(_listed)] = []
    is_presale: bool = False
    cities: Annotated[list[str], BeforeValidator(_listed)] = []
    schedules: Annotated[dict[str, list[TheatreScheduleSchema]], BeforeValidator(lambda found: found or {})] = {}


class TheatreSchema(Schema):
    """A cinema. Coordinates in degrees."""

    theatre_id: Words
    name: Words
    merchant: Merchant
    city: Annotated[Words, AfterValidator(str.upper)]
    address: str | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    place_id: str | None = None
    room_types: Annotated[list[str], BeforeValidator(_listed)] = []


class TokenSchema(Schema):
    """A stored token. Without ``expires_at`` the token's own ``exp`` counts, else 30 minutes from ``stored_at``."""

    token: Annotated[str, Field(min_length=50, repr=False)]
    phone: str | None = None
    stored_at: AwareDatetime
    expires_at: AwareDatetime
    refresh_token: Annotated[str | None, Field(repr=False)] = None

    @model_validator(mode="before")
    @classmethod
    def _with_an_end(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("expires_at"):
            return given
        ends = expiry_of(str(given.get("token", ""))) or _moment(given.get("stored_at"), LIFE)
        return given if ends is None else given | {"expires_at": ends}

    def minutes_until_expiry(self, *, now: datetime) -> float:
        """Return the minutes that are left; below 0 once it is over."""
        return (self.expires_at - now).total_seconds() / 60

    def is_expired(self, *, now: datetime) -> bool:
        return self.expires_at <= now

    def valid_for_scrape(self, *, now: datetime, minutes: float = LEAST_LEFT.total_seconds() / 60) -> bool:
        """Say whether it lasts for a run of so many minutes."""
        return self.minutes_until_expiry(now=now) >= minutes


def _moment(value: Any, later: timedelta) -> datetime | None:
    try:
        return (value if isinstance(value, datetime) else datetime.fromisoformat(str(value))) + later
    except ValueError:
        return None


class ScraperRunSchema(Schema):
    """What became of one run."""

    status: Literal["success", "partial", "failed"]
    date: Day | None = None
    movies: Count = 0
    theatres_total: Count = 0
    theatres_success: Count = 0
    theatres_failed: Count = 0
    cities: Count = 0
    presales: Count = 0
    error: str | None = None
    timestamp: AwareDatetime

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.theatres_success + self.theatres_failed > self.theatres_total:
            raise ValueError("theatres_success and theatres_failed are together more than theatres_total")
        return self

    @property
    def is_healthy(self) -> bool:
        """Say whether it was a success that found as much as a whole day has."""
        return self.status == "success" and self.movies >= LEAST_MOVIES and self.cities >= LEAST_CITIES


class CitySchema(Schema):
    """A city that the site lists."""

    id: Words
    name: Words


class ShowingSchema(Schema):
    """One showing by itself. ``day`` is the one under which it is listed, ``price`` in rupiah."""

    showtime_id: Words
    movie_id: Words
    theatre_id: Words
    city: Words
    day: Day
    starts_at: AwareDatetime
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    status: Annotated[int, Field(ge=0, le=2)]
    category: str = ""
    studio: str = ""
    price: Count | None = None
    reading: str = ""


class SeatsSchema(Schema):
    """One look at the seats of a showing. ``layout``: by row, 1 for a free seat and 0 for another."""

    showtime_id: Words
    look: Words
    shape: Words
    seats_total: Annotated[int, Field(gt=0)]
    unavailable: Count
    occupancy_upper_bound: Annotated[float, Field(ge=0, le=100)]
    category: Literal["sold_out", "nearly_full", "moderate", "low"]
    by_row: list[dict[str, Any]]
    layout: list[tuple[str, str]]
    perhaps_no_seat: Count = 0
    uncounted: dict[str, int] = {}

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.unavailable > self.seats_total or sum(len(row[1]) for row in self.layout) != self.seats_total:
            raise ValueError("the rows and the sums do not agree")
        return self


class FilmPageSchema(Schema):
    """What a film's own page says besides. ``minutes`` is its length; the day may be that of a new release."""

    movie_id: Words
    director: str = ""
    minutes: Annotated[int, Field(ge=1, le=1000)] | None = None
    released: Day | None = None
    synopsis: str = ""
