"""What yt-dlp says becomes plain words, without hints for its command line."""

import pytest
from yt_dlp.utils import ExtractorError

from scraping.media.asking import Downloader
from scraping.sources.base import UnitGone


class Silent:
    failure = None
    said = Downloader.said


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("Your IP address is blocked from accessing this post", "Your IP address is blocked from accessing this post."),
        (
            "This user's account is private. Log into an account that has access. Use --cookies-from-browser",
            "This user's account is private.",
        ),
        ("Unable to extract secondary user ID. If you are able to get it", "Unable to extract secondary user ID."),
        ("Strange; please report this issue on  https://example.test", "Strange."),
    ],
)
def test_words_are_plain(words, plain):
    found = Silent().said(ExtractorError(words, expected=True))

    assert (type(found), str(found)) == (UnitGone, plain)
