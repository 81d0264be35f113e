from catalog.models.cinemas import PRICE_FACTORS, Cinema, Room, Seat, SeatType, TicketType
from catalog.models.events import Event, EventDate, EventPicture, EventType
from catalog.models.movies import CastMember, Movie, MovieState
from catalog.models.reviews import Favourite, Reaction, Review
from catalog.models.screenings import Screening, ScreeningStatus
from catalog.models.search import FilmText, FilmWord, WordKey

__all__ = ["CastMember", "Cinema", "Movie", "MovieState", "Room", "Screening", "ScreeningStatus", "Seat", "SeatType"]
__all__ += ["PRICE_FACTORS", "Favourite", "FilmText", "FilmWord", "Reaction", "Review", "TicketType", "WordKey"]
__all__ += ["Event", "EventDate", "EventPicture", "EventType"]
