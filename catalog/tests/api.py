"""The API as tests call it, and the bodies it answers with."""

from django.test import Client

from accounts.tests import make as people


class Api:
    """The API as one person sees it, by default nobody."""

    def __init__(self):
        self.client = Client(raise_request_exception=False)
        self.headers = {}

    def as_(self, *groups, **fields):
        self.headers = people.bearer(people.user(groups=groups, **fields))
        return self

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def send(self, method, path, body, **headers):
        content = {"content_type": "application/json", "headers": self.headers | headers}
        return getattr(self.client, method)(f"/api/v1/{path}", body, **content)

    def post(self, path, body, **headers):
        return self.send("post", path, body, **headers)


def ids(response):
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()]


def utc(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def film_body(film):
    return {
        "id": film.pk,
        "title": film.title,
        "original_title": "",
        "slug": film.slug,
        "description": None,
        "duration_minutes": 90,
        "genre": ["drama"],
        "rating": None,
        "state": "SHOWING",
        "cast": ["Helm", "Abel"],
        "director": None,
        "writers": [],
        "producers": [],
        "release_date": None,
        "country": None,
        "language": None,
        "budget": None,
        "revenue": None,
        "production_company": None,
        "distributor": None,
        "image_url": None,
        "trailer_url": None,
        "awards": [],
        "details": {},
        "created_at": utc(film.created_at),
        "updated_at": utc(film.updated_at),
        "tmdb_id": None,
        "overview": None,
        "poster_path": None,
        "backdrop_path": None,
        "runtime": 90,
        "genres": ["drama"],
        "vote_average": None,
        "vote_count": None,
        "status": "Released",
    }


def cinema_body(cinema):
    return {
        "id": cinema.pk,
        "name": cinema.name,
        "address": "Hauptstrasse 1",
        "city": "Berlin",
        "amenities": [],
        "timezone": "Europe/Berlin",
        "currency": "EUR",
        "latitude": None,
        "longitude": None,
        "created_at": utc(cinema.created_at),
    }


def screening_body(screening):
    return {
        "id": screening.pk,
        "movie_id": screening.movie_id,
        "room_id": screening.room_id,
        "screening_time": utc(screening.start_time),
        "start_time": utc(screening.start_time),
        "end_time": utc(screening.end_time),
        "price": 12.5,
        "currency": "EUR",
        "is_3d": False,
        "is_imax": False,
        "is_dolby": False,
        "language": None,
        "subtitles": None,
        "status": "scheduled",
        "bookings_count": 0,
        "created_at": utc(screening.created_at),
    }


def room_body(room, capacity):
    return {
        "id": room.pk,
        "cinema_id": room.cinema_id,
        "name": room.name,
        "capacity": capacity,
        "created_at": utc(room.created_at),
    }
