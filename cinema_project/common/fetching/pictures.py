"""Pictures from elsewhere: fetched within limits, decoded with care, made into our own."""

from cinema_project.common.fetching.fetcher import Fetcher, Limits
from cinema_project.common.fetching.network import FetchFailed
from cinema_project.common.pictures import LARGEST_FILE, Change, as_webp

LIMITS = Limits(size=LARGEST_FILE, seconds=15)


class PictureMissing(FetchFailed):
    """There is no picture at this address."""

    code = "picture_missing"


def fetch_webp(url: str, fetcher: Fetcher, change: Change, *, shorter_side: int, limits: Limits = LIMITS) -> bytes:
    """Return the picture at an address as a WebP file. What the server calls it does not matter, only what it is.

    :param change: as of ``as_webp``
    :raises UrlRefused: if the address is none of a public host
    :raises FetchFailed: of some kind, if there is no answer, or no picture
    :raises PictureRefused, PicturesBusy: if it cannot be read, or not now
    """
    answer = fetcher.fetch(url, limits=limits)
    if answer.status != 200:
        raise PictureMissing(f"There is no picture: the server answers with status {answer.status}.")
    return as_webp(answer.content, change, shorter_side=shorter_side)
