from scraping.models.hosts import Host, SourceState
from scraping.models.items import Item, Page, Quarantined, RawPayload
from scraping.models.jobs import MediaJob, Mode, ScheduledJob, SchedulerBeat
from scraping.models.market import MarketFilm, MarketListing, MarketShowtime, MarketTheatre, SeatSnapshot
from scraping.models.matches import FilmMatch, FilmPage, TakenFact, TitleLesson
from scraping.models.runs import Attempt, Run, Unit
from scraping.models.sites import Site
from scraping.models.tokens import SiteToken
from scraping.models.videos import ClipRule, DriveFolder, FilmClip, JobVideo, MediaVideo, VideoCount, VideoTag

__all__ = [
    "Attempt",
    "ClipRule",
    "DriveFolder",
    "FilmClip",
    "FilmMatch",
    "FilmPage",
    "Host",
    "Item",
    "JobVideo",
    "MarketFilm",
    "MarketListing",
    "MarketShowtime",
    "MarketTheatre",
    "MediaJob",
    "MediaVideo",
    "Mode",
    "Page",
    "Quarantined",
    "RawPayload",
    "Run",
    "ScheduledJob",
    "SchedulerBeat",
    "SeatSnapshot",
    "Site",
    "SiteToken",
    "SourceState",
    "TakenFact",
    "TitleLesson",
    "Unit",
    "VideoCount",
    "VideoTag",
]
