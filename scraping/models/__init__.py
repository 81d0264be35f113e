from scraping.models.hosts import Host, SourceState
from scraping.models.items import Item, Page, Quarantined, RawPayload
from scraping.models.market import MarketFilm, MarketListing, MarketShowtime, MarketTheatre, SeatSnapshot
from scraping.models.matches import FilmMatch, FilmPage, TakenFact, TitleLesson
from scraping.models.runs import Attempt, Run, Unit
from scraping.models.sites import Site
from scraping.models.tokens import SiteToken

__all__ = [
    "Attempt",
    "FilmMatch",
    "FilmPage",
    "Host",
    "Item",
    "MarketFilm",
    "MarketListing",
    "MarketShowtime",
    "MarketTheatre",
    "Page",
    "Quarantined",
    "RawPayload",
    "Run",
    "SeatSnapshot",
    "Site",
    "SiteToken",
    "SourceState",
    "TakenFact",
    "TitleLesson",
    "Unit",
]
