"""From what was read to the contracts: a film of two cities is one film."""

from scraping.schemas import MovieSchema, TheatreSchema
from scraping.tests.tix_payloads import DAY, listed_movie, price_group, said, schedule, show_time, theatre
from scraping.tix.listings import parse_movies
from scraping.tix.records import by_movie, movie_record, price_shown, theatre_record
from scraping.tix.schedules import parse_schedule_page, whole_schedule


def test_film_of_two_cities_is_one_film_with_their_showings():
    listed = [
        *parse_movies(said([listed_movie(id="1")]), city="MALANG").items,
        *parse_movies(said([listed_movie(id="2", merchant=[{"merchant_name": "XXI"}])]), city="BALI").items,
    ]
    page = schedule(theatre(price_group(show_time(), show_time("20:00", id="9", status=0))))
    read = whole_schedule([parse_schedule_page(page, city="MALANG", day=DAY)])

    ((movie_id, films),) = by_movie(listed).items()
    movie = MovieSchema.model_validate(movie_record(films, {"MALANG": read}))

    assert (movie.id, movie.cities, movie.merchants) == (movie_id, ["BALI", "MALANG"], ["Cinépolis", "XXI"])
    (room,) = movie.schedules["MALANG"][0].rooms
    assert (room.price, room.showtimes, room.past_showtimes) == ("Rp40.000 - Rp45.000", ["12:45"], ["20:00"])


def test_cinema_is_one_with_its_kinds_of_rooms():
    page = schedule(theatre(price_group(), price_group(show_time(id="9"), category="IMAX"), location=None))
    (programme,) = parse_schedule_page(page, city="MALANG", day=DAY).programmes

    cinema = TheatreSchema.model_validate(theatre_record(programme.theatre, [programme]))

    assert (cinema.city, cinema.lat, cinema.room_types) == ("MALANG", None, ["2D", "IMAX"])


def test_price_is_written_as_indonesia_does():
    assert [price_shown(35000, 35000), price_shown(None, 1250000), price_shown(None, None)] == [
        "Rp35.000",
        "Rp1.250.000",
        None,
    ]
