"""What a record of an added site must be. Names are those of TIX's records: the same tables are made of both."""

from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, Field

from scraping.schemas import MovieSchema, Schema, ShowingSchema, Words


class SiteListing(MovieSchema):
    """A film that a site shows; ``cities`` has the site's one."""

    year: int | None = None


class SiteTheatre(Schema):
    """A house. Coordinates in degrees; ``merchant`` is the site."""

    theatre_id: Words
    name: Words
    merchant: Words
    city: str = ""
    address: str | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None


class SiteShowing(ShowingSchema):
    """A showing. ``price`` is in rupiah, and only where the page asks for these; ``amount`` is what it says."""

    city: str = ""
    ends_at: AwareDatetime | None = None
    amount: Annotated[Decimal, Field(ge=0)] | None = None
    currency: str = ""
    url: str = ""
    minutes: int | None = None
    directors: list[str] = []
    original_title: str = ""
    language: str = ""
    subtitles: str = ""
    doubts: list[tuple[str, str]] = []
