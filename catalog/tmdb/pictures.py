"""Posters and backdrops of TMDB, made into our own."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image, ImageOps

from catalog.tmdb.client import read_picture
from catalog.tmdb.shapes import Film
from cinema_project.common.pictures import as_webp
from cinema_project.common.stored_files import is_stored, store


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of picture.

    :param source: the field of :class:`Film` with its path
    :param size: TMDB's name for the size that is fetched
    :param pixels: width and height of ours
    """

    source: str
    folder: str
    size: str
    pixels: tuple[int, int]


KINDS = {
    "poster": Kind("poster_path", "posters/tmdb", "w500", (500, 750)),
    "backdrop_path": Kind("backdrop_path", "backdrops/tmdb", "w1280", (1280, 720)),
}
"""By the field of :class:`Movie`."""


def pictures_of(film: Film) -> dict[str, str]:
    """Return TMDB's path of each picture that the film has, by our field."""
    paths = {field: getattr(film, kind.source) for field, kind in KINDS.items()}
    return {field: path for field, path in paths.items() if path}


def name_of(field: str, path: str) -> str:
    """Return the name under which a picture of TMDB is stored: TMDB never gives a path to another picture."""
    return f"{KINDS[field].folder}/{PurePosixPath(path).stem}.webp"


def store_picture(field: str, path: str) -> None:
    """Fetch a picture and store it as WebP, unless we have it.

    :raises TmdbNotFound, TmdbUnavailable: if TMDB does not give it
    :raises PictureRefused, PicturesBusy: if it cannot be read, or not now
    :raises StorageDown: if it cannot be stored
    """
    kind, name = KINDS[field], name_of(field, path)
    if is_stored(name):
        return

    def fit(image: Image.Image) -> Image.Image:
        return ImageOps.fit(image, kind.pixels, Image.Resampling.LANCZOS)

    store(name, as_webp(read_picture(kind.size, path), fit, shorter_side=max(kind.pixels)))
