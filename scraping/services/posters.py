"""Posters of other sites, made into our own."""

import hashlib

from PIL import Image, ImageOps

from cinema_project.common.fetching.fetcher import shared
from cinema_project.common.fetching.pictures import fetch_webp
from cinema_project.common.stored_files import is_stored, store

PIXELS = (500, 750)


def poster_name(url: str) -> str:
    """Return the name under which the picture at an address is stored."""
    return f"posters/market/{hashlib.sha256(url.encode()).hexdigest()[:32]}.webp"


def store_poster(url: str) -> None:
    """Fetch a poster and store it as WebP, unless we have it.

    :raises UrlRefused, FetchFailed: if it is not to be had
    :raises PictureRefused, PicturesBusy: if it cannot be read, or not now
    :raises StorageDown: if it cannot be stored
    """
    name = poster_name(url)
    if not is_stored(name):
        store(name, fetch_webp(url, shared(), _fitted, shorter_side=max(PIXELS)))


def _fitted(image: Image.Image) -> Image.Image:
    return ImageOps.fit(image, PIXELS, Image.Resampling.LANCZOS)
