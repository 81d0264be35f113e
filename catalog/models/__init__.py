from catalog.models.cinemas import Cinema, Room, Seat, SeatType
from catalog.models.movies import CastMember, Movie, MovieState
from catalog.models.screenings import Screening, ScreeningStatus
from catalog.models.search import FilmText, FilmWord, WordKey

__all__ = [
    "CastMember",
    "Cinema",
    "FilmText",
    "FilmWord",
    "Movie",
    "MovieState",
    "Room",
    "Screening",
    "ScreeningStatus",
    "Seat",
    "SeatType",
    "WordKey",
]
