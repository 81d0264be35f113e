"""Door out: The Movie Database (TMDB), version 3 of its API."""

import logging
import time
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
from django.conf import settings
from pydantic import BaseModel, ValidationError

from catalog.tmdb.shapes import Film, Hit, Hits
from cinema_project.common.errors import NotFound, Unavailable, Upstream
from cinema_project.common.fetching.bodies import AnswerBroken, AnswerTooLarge
from cinema_project.common.fetching.fetcher import Answer, Limits, shared, with_query
from cinema_project.common.fetching.network import FetchFailed
from cinema_project.common.public_urls import UrlRefused

LARGEST_ANSWER, LARGEST_PICTURE = 2 * 1024 * 1024, 5 * 1024 * 1024
PATIENCE = 8
WHOLE_SECONDS = 12
"""How long an answer may take that comes drop by drop."""
SHORT_WAIT, USUAL_WAIT, LONGEST_WAIT = 2, 60, 3600
LARGEST_ID = 2**31 - 1
DETAILS = "credits,videos"
OTHER_SHAPE = "TMDB's answer has another shape than it should have."

logger = logging.getLogger(__name__)
Shape = TypeVar("Shape", bound=BaseModel)
Query = dict[str, str | int]


class TmdbNotConfigured(Unavailable):
    """The site has no key for The Movie Database."""

    code = "tmdb_not_configured"


class TmdbUnavailable(Upstream):
    """The Movie Database is down, slow or busy, or its answer makes no sense."""

    code = "tmdb_unavailable"


class TmdbRefused(Upstream):
    """The Movie Database does not accept the site's key."""

    code = "tmdb_refused"


class TmdbNotFound(NotFound):
    """The Movie Database has no such film."""

    code = "tmdb_not_found"


def check_configured() -> None:
    """Go on only if there is a key.

    :raises TmdbNotConfigured: if there is none
    """
    if not settings.TMDB_API_KEY:
        raise TmdbNotConfigured("This site has no key for TMDB: set TMDB_API_KEY.")


def film_path(tmdb_id: int) -> str:
    """Return the path of a film.

    :raises TmdbNotFound: if no film can have this number
    """
    if not 1 <= tmdb_id <= LARGEST_ID:
        raise no_film(tmdb_id)
    return f"movie/{tmdb_id}"


def film(tmdb_id: int) -> Film:
    """Return a film with its credits and videos; raises what ``read`` raises."""
    try:
        return _as(Film, read(film_path(tmdb_id), append_to_response=DETAILS))
    except TmdbNotFound:
        raise no_film(tmdb_id) from None


def search(text: str) -> list[Hit]:
    """Return the films that a search finds, the best first; raises what ``read`` raises."""
    return _as(Hits, read("search/movie", query=text)).results


def read(path: str, **query: str | int) -> dict[str, Any]:
    """Return the JSON object at a path below ``/3/``.

    :raises TmdbNotConfigured: without a key
    :raises TmdbRefused: if TMDB does not accept the key
    :raises TmdbNotFound: if there is nothing
    :raises TmdbUnavailable: if TMDB is down, slow or busy, or answers anything else
    """
    check_configured()
    key, headers = settings.TMDB_API_KEY, {}
    if "." in key:  # a read access token is a JWT
        headers = {"Authorization": f"Bearer {key}"}
    else:
        query = {"api_key": key, **query}
    try:
        document = orjson.loads(_fetch(f"{settings.TMDB_BASE_URL}/3/{path}", query, headers, LARGEST_ANSWER))
    except orjson.JSONDecodeError:
        raise TmdbUnavailable("TMDB's answer is not JSON.") from None
    if not isinstance(document, dict) or not _can_be_told(document):
        raise TmdbUnavailable(OTHER_SHAPE)
    return document


def read_picture(size: str, path: str) -> bytes:
    """Return a picture's file.

    :param size: TMDB's name for it, as ``w500``
    :param path: as :class:`Film` has it
    :raises TmdbNotFound, TmdbUnavailable: as ``read``
    """
    return _fetch(picture_url(size, path), {}, {}, LARGEST_PICTURE)


def picture_url(size: str, path: str) -> str:
    """Return where TMDB has a picture."""
    return f"{settings.TMDB_IMAGE_URL}/{size}{path}"


def no_film(tmdb_id: int) -> TmdbNotFound:
    """Return the refusal for a film that TMDB does not have."""
    return TmdbNotFound(f"TMDB has no film {tmdb_id}.")


def _can_be_told(document: dict[str, Any]) -> bool:
    """Tell whether it can be written again: what nests too deep can only be read."""
    try:
        orjson.dumps(document)
    except orjson.JSONEncodeError:
        return False
    return True


def _as(shape: type[Shape], document: dict[str, Any]) -> Shape:
    try:
        return shape.model_validate(document)
    except ValidationError as wrong:
        places = sorted({".".join(map(str, error["loc"])) for error in wrong.errors()})
        raise TmdbUnavailable(f"{OTHER_SHAPE} Wrong: {', '.join(places[:5])}.") from None


def _fetch(url: str, query: Query, headers: dict[str, str], most: int) -> bytes:
    try:
        answer = _ask(url, query, headers, most)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS and _wait(answer) <= SHORT_WAIT:
            time.sleep(_wait(answer))
            answer = _ask(url, query, headers, most)
    except AnswerTooLarge:
        raise TmdbUnavailable(f"TMDB's answer is larger than {most // 1024**2} MB.") from None
    except AnswerBroken:
        raise TmdbUnavailable("TMDB's answer cannot be read.") from None
    except (FetchFailed, UrlRefused) as error:
        # Its text and its trace may hold the address, and that the key.
        logger.warning("TMDB did not answer: %s", type(error).__name__)
        raise TmdbUnavailable("TMDB does not answer. Please try again in a while.") from None
    return _content_of(answer)


def _ask(url: str, query: Query, headers: dict[str, str], most: int) -> Answer:
    limits = Limits(size=most, connect=3, silence=PATIENCE, seconds=WHOLE_SECONDS)
    fetcher = shared(settings.TMDB_BASE_URL, settings.TMDB_IMAGE_URL)
    return fetcher.fetch(with_query(url, query), headers=headers, limits=limits, redirects=0)


def _wait(answer: Answer) -> int:
    """Return how many seconds TMDB wants to be left alone."""
    wait = answer.headers.get("retry-after", "")
    seconds = int(wait) if wait.isdecimal() and len(wait) < 10 else USUAL_WAIT
    return min(seconds, LONGEST_WAIT)


def _content_of(answer: Answer) -> bytes:
    if answer.status == HTTPStatus.OK:
        return answer.content
    if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise TmdbRefused("TMDB does not accept the key: check TMDB_API_KEY.")
    if answer.status == HTTPStatus.NOT_FOUND:
        raise TmdbNotFound("TMDB has no such entry.")
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = max(1, _wait(answer))
        raise TmdbUnavailable(f"TMDB is asked too often. Try again in {seconds} seconds.", retry_after=seconds)
    raise TmdbUnavailable(f"TMDB answers with an error ({answer.status}). Please try again in a while.")
