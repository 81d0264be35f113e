"""What TMDB says of a film, in the words of our own model."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from catalog.models import MovieState
from catalog.tmdb.client import picture_url
from catalog.tmdb.shapes import VIDEO_KEY, Credits, Film, Player, Video

MOST_CAST = 20
DIRECTORS, WRITERS, PRODUCERS = ("Director",), ("Writer", "Screenplay", "Story"), ("Producer",)
VIDEO_TYPES = ("Trailer", "Teaser")
PHOTO_SIZE = "w185"

Part = list[str | int | bool | None]
"""``[actor_name, character_name, role, profile_image_url, is_lead, order]``"""


def facts_of(film: Film) -> dict[str, Any]:
    """Return the values of :class:`Movie`'s fields, pictures apart, and ``cast`` as a list of parts.

    Without ``duration_minutes`` if TMDB does not know how long the film is.
    """
    facts: dict[str, Any] = {
        "title": film.title[:255],
        "original_title": film.original_title[:255],
        "description": film.overview,
        "genre": _each_once(genre.name for genre in film.genres),
        "release_date": film.release_date,
        "language": _language(film)[:50] or None,
        "country": _joined((country.name for country in film.production_countries), 100),
        "vote_average": film.vote_average,
        "vote_count": film.vote_count,
        "director": _joined(_people(film.credits, DIRECTORS), 255),
        "writers": _people(film.credits, WRITERS),
        "producers": _people(film.credits, PRODUCERS),
        "trailer_url": _trailer(film.videos.results),
        "cast": _cast(film.credits.cast),
    }
    return facts | ({"duration_minutes": film.runtime} if film.runtime else {})


def state_of(film: Film, today: date) -> MovieState:
    """Return whether a film is out, in which case it can be put on."""
    on_time = film.release_date is not None and film.release_date <= today
    released = film.status == "Released" if film.status else on_time
    return MovieState.SHOWING if released else MovieState.COMING_SOON


def _language(film: Film) -> str:
    names = {language.iso_639_1: language.english_name for language in film.spoken_languages}
    return names.get(film.original_language) or film.original_language


def _people(credits_: Credits, jobs: tuple[str, ...]) -> list[str]:
    return _each_once(maker.name[:255] for maker in credits_.crew if maker.job in jobs)


def _each_once(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word]


def _joined(words: Iterable[str], longest: int) -> str | None:
    """Return as many of the words as fit."""
    kept = _each_once(words)
    while len(kept) > 1 and len(", ".join(kept)) > longest:
        kept.pop()
    return ", ".join(kept)[:longest] or None


def _trailer(videos: list[Video]) -> str | None:
    """Return the best trailer on YouTube: rather a trailer than a teaser, an official one, a large one."""
    fit = [
        video
        for video in videos
        if (video.site, video.type) in {("YouTube", kind) for kind in VIDEO_TYPES} and VIDEO_KEY.fullmatch(video.key)
    ]
    fit.sort(key=lambda video: (VIDEO_TYPES.index(video.type), not video.official, -video.size))
    return f"https://www.youtube.com/watch?v={fit[0].key}" if fit else None


def _cast(players: list[Player]) -> list[Part]:
    first = sorted((player for player in players if player.name), key=lambda player: player.order)[:MOST_CAST]
    return [
        [
            player.name[:255],
            (player.character or "")[:255],
            "actor",
            picture_url(PHOTO_SIZE, player.profile_path) if player.profile_path else None,
            False,
            order,
        ]
        for order, player in enumerate(first)
    ]
