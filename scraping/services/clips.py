"""Which videos are about which film."""

from collections.abc import Collection, Iterable

from catalog.models import Movie
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid, NotFound
from scraping.models import ClipRule, FilmClip, MediaVideo, VideoTag


class UnknownClip(NotFound):
    """There is no such film or video."""

    code = "unknown_clip"


class RuleEmpty(Invalid):
    """A rule needs a hashtag, or words."""

    code = "rule_empty"


@write
def link_clip(*, movie_id: int, video_id: str) -> FilmClip:
    """Say that a video is about a film, whatever the rules say.

    :raises UnknownClip: if one of them is unknown
    """
    if not Movie.objects.filter(pk=movie_id).exists() or not MediaVideo.objects.filter(pk=video_id).exists():
        raise UnknownClip("There is no such film or video.")
    chosen = {"rule": None, "is_hidden": False}
    clip, _ = FilmClip.objects.update_or_create(movie_id=movie_id, video_id=video_id, defaults=chosen)
    return clip


@write
def hide_clip(*, clip_id: int) -> None:
    """Take a video off the page of a film; no rule brings it back."""
    FilmClip.objects.filter(pk=clip_id).update(is_hidden=True)


@write
def add_rule(*, movie_id: int, kind: str, words: str) -> ClipRule:
    """Let all videos with a hashtag, or with these words in their text, be about a film; those we know at once.

    :raises RuleEmpty: if nothing is left of the words without # and blanks
    """
    words = tidy(kind, words)
    if not words:
        raise RuleEmpty("Name a hashtag, or words of the text.")
    rule, _ = ClipRule.objects.get_or_create(movie_id=movie_id, kind=kind, words=words)
    _link(rule, _videos_of(rule))
    return rule


def tidy(kind: str, words: str) -> str:
    """Return the words of a rule as they are compared: small letters, single blanks, a hashtag without its sign."""
    words = " ".join(words.lower().split())
    return words.lstrip("#") if kind == ClipRule.Kind.HASHTAG else words


def link_by_rules(*, video_ids: Collection[str]) -> None:
    """Link these videos to the films whose rules they fit. Inside a transaction."""
    for rule in ClipRule.objects.order_by("pk"):
        _link(rule, _videos_of(rule, video_ids))


def _videos_of(rule: ClipRule, among: Collection[str] | None = None) -> list[str]:
    if rule.kind == ClipRule.Kind.HASHTAG:
        tagged = VideoTag.objects.filter(tag=rule.words)
        found = tagged if among is None else tagged.filter(video__in=among)
        return list(found.values_list("video_id", flat=True))
    videos = MediaVideo.objects.filter(desc__icontains=rule.words)
    return list((videos if among is None else videos.filter(pk__in=among)).values_list("pk", flat=True))


def _link(rule: ClipRule, video_ids: Iterable[str]) -> None:
    clips = [FilmClip(movie_id=rule.movie_id, video_id=video_id, rule=rule) for video_id in video_ids]
    FilmClip.objects.bulk_create(clips, ignore_conflicts=True)
