"""What a list of videos says, and what of it is wanted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """A video as a list has it."""

    id: str
    url: str
    author_username: str
    author_nickname: str = ""
    desc: str = ""
    views: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    created_at: datetime | None = None
    hashtags: tuple[str, ...] = ()
    music_title: str = ""
    music_author: str = ""
    duration: float | None = None
    cover_url: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: the newest videos, from ``since`` to ``until``, both included."""

    value: str
    limit: int
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, video: ListedVideo) -> bool:
        """Tell whether a video is in range; one without a date is."""
        made = video.created_at
        if made is None:
            return True
        return (self.since is None or made >= self.since) and (self.until is None or made <= self.until)
