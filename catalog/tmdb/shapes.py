"""What TMDB's answers hold, as far as we read them. Anything else in them is passed over."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

PICTURE = re.compile(r"/[A-Za-z0-9_-]{1,80}\.(?:jpg|jpeg|png|webp)")  # with our folder at most 100 characters
VIDEO_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_FILM, MOST_VOTES = 32_767, 2**31 - 1  # what the columns hold


def _storable(text: str) -> str:
    return text.replace("\0", "").strip()


def _picture(path: str | None) -> str | None:
    """Let nothing but a plain file name into an address of ours."""
    return path if path and PICTURE.fullmatch(path) else None


def _nothing(value: Any) -> Any:
    return value or None


Text = Annotated[str, AfterValidator(_storable)]
Said = Annotated[Text | None, AfterValidator(_nothing)]
Day = Annotated[date | None, BeforeValidator(_nothing)]
Picture = Annotated[str | None, AfterValidator(_picture)]


class Named(BaseModel):
    name: Text


class Language(BaseModel):
    iso_639_1: Text
    english_name: Text


class Player(BaseModel):
    name: Text
    character: Said = None
    order: int = 0
    profile_path: Picture = None


class Maker(BaseModel):
    name: Text
    job: Text


class Credits(BaseModel):
    cast: list[Player] = []
    crew: list[Maker] = []


class Video(BaseModel):
    site: str
    type: str
    key: str
    official: bool = False
    size: int = 0


class Videos(BaseModel):
    results: list[Video] = []


class Film(BaseModel):
    """``GET /3/movie/{id}?append_to_response=credits,videos``."""

    title: Annotated[Text, Field(min_length=1)]
    original_title: Text = ""
    overview: Said = None
    genres: list[Named] = []
    runtime: int | None = Field(None, ge=0, le=LONGEST_FILM)
    release_date: Day = None
    status: Said = None
    original_language: Text = ""
    spoken_languages: list[Language] = []
    production_countries: list[Named] = []
    vote_average: float | None = Field(None, ge=0, le=10)
    vote_count: int | None = Field(None, ge=0, le=MOST_VOTES)
    poster_path: Picture = None
    backdrop_path: Picture = None
    credits: Credits = Credits()
    videos: Videos = Videos()


class Hit(BaseModel):
    """A film in a list."""

    id: int
    title: Text
    release_date: Day = None

    def __str__(self) -> str:
        return f"{self.title} ({self.release_date.year})" if self.release_date else self.title


class Hits(BaseModel):
    """``GET /3/search/movie``."""

    results: list[Hit]
