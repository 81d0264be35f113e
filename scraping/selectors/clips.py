"""Videos about films: those for the film's page, and how often they were watched over time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count, QuerySet, Sum

from catalog.models import Movie
from scraping.models import FilmClip, VideoCount

ON_A_PAGE = 8


@dataclass(frozen=True, slots=True)
class Clip:
    """A video as a film's page shows it: a picture of ours, and a link to where it is."""

    url: str
    author: str
    words: str
    picture: str
    views: int


@dataclass(frozen=True, slots=True)
class Day:
    """How often all videos about a film had been watched and liked by the end of a day."""

    day: date
    views: int
    likes: int


def clips_of(movie_id: int) -> list[Clip]:
    """Return the most watched videos about a film of which we have a picture."""
    shown = FilmClip.objects.filter(movie=movie_id, is_hidden=False).exclude(video__cover="").select_related("video")
    return [
        Clip(
            url=clip.video.url,
            author=clip.video.author_username,
            words=clip.video.desc,
            picture=default_storage.url(clip.video.cover),
            views=clip.video.views,
        )
        for clip in shown.order_by("-video__views", "pk")[:ON_A_PAGE]
    ]


def films_talked_about() -> QuerySet[Movie]:
    """Return the films that videos are about, with how many and how often watched, the most watched first."""
    films = Movie.objects.filter(clips__is_hidden=False)
    counted = films.annotate(
        videos=Count("clips"), watched=Sum("clips__video__views"), liked=Sum("clips__video__likes")
    )
    return counted.order_by("-watched", "pk")


def buzz(movie_ids: Sequence[int]) -> dict[int, list[Day]]:
    """Return day by day how often the videos about these films had been watched and liked.

    A video counts from the day on which it was first found; on days without a look at it, as at the last one.
    """
    videos: dict[str, list[int]] = {}
    for movie_id, video_id in FilmClip.objects.filter(movie__in=movie_ids, is_hidden=False).values_list(
        "movie_id", "video_id"
    ):
        videos.setdefault(video_id, []).append(movie_id)
    counts = VideoCount.objects.filter(video__in=list(videos)).order_by("day", "video_id")
    return _summed(counts.values_list("day", "video_id", "views", "likes"), videos)


def _summed(counts: Iterable[Any], videos: dict[str, list[int]]) -> dict[int, list[Day]]:
    last: dict[str, tuple[int, int]] = {}
    sums: dict[int, list[int]] = {}
    days: dict[int, dict[date, Day]] = {}
    for day, video_id, views, likes in counts:
        before = last.get(video_id, (0, 0))
        last[video_id] = (views, likes)
        for movie_id in videos[video_id]:
            total = sums.setdefault(movie_id, [0, 0])
            total[0] += views - before[0]
            total[1] += likes - before[1]
            days.setdefault(movie_id, {})[day] = Day(day, *total)
    return {movie_id: list(of_film.values()) for movie_id, of_film in days.items()}
