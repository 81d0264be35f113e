"""Open a cinema with six screens and fill its next week, through the API alone. Needs nothing but Python.

python docs/examples/a_week_by_api.py http://127.0.0.1:8000 manager@cinema.test cinema-demo-2026
"""

import argparse
import json
import urllib.error
import urllib.request
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

CINEMA = {
    "name": "Six Screens",
    "address": "Am Markt 1",
    "city": "Bonn",
    "timezone": "Europe/Berlin",
    "currency": "EUR",
    "trailer_minutes": 15,
}
ROOMS = [  # name, rows, seats in a row, the kind of the last row
    ("Screen 1", 14, 20, "vip"),
    ("Screen 2", 12, 16, "premium"),
    ("Screen 3", 10, 14, "premium"),
    ("Screen 4", 8, 12, "couple"),
    ("Screen 5", 8, 10, "standard"),
    ("Screen 6", 5, 8, "standard"),
]
FILMS = [
    ("Metropolis", 153, ["science fiction"]),
    ("Nosferatu", 94, ["horror"]),
    ("Safety Last!", 73, ["comedy"]),
    ("The General", 78, ["comedy", "war"]),
    ("Sunrise", 94, ["drama"]),
    ("Faust", 107, ["fantasy"]),
    ("The Kid", 53, ["comedy"]),
]
OPENS, LAST_START = time(14), time(22, 30)
CLEANING = timedelta(minutes=20)


class Api:
    """The API of one server, as one person of its staff."""

    def __init__(self, server: str) -> None:
        self.server = server.rstrip("/")
        self.token = ""

    def sign_in(self, email: str, password: str) -> None:
        self.token = self.post("auth/login", {"email": email, "password": password})["access_token"]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send JSON and return the answer; a refusal ends the program with what the server says about it."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(f"{self.server}/api/v1/{path}", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as refused:
            raise SystemExit(f"{path}: {in_words(json.load(refused))}") from None
        except urllib.error.URLError as failed:
            raise SystemExit(f"{self.server} does not answer: {failed.reason}") from None


def in_words(problem: dict[str, Any]) -> str:
    """Say what a problem document says: its sentence, and what is wrong with which field."""
    faults = [f"{error['pointer']}: {error['detail']}" for error in problem.get("errors", [])]
    return "\n".join([problem["detail"], *faults])


def open_room(api: Api, cinema_id: int, name: str, rows: int, per_row: int, last_row: str) -> int:
    """Make a room with its seats and return its number: first a block, then the row at the back."""
    room = api.post(f"cinemas/{cinema_id}/rooms", {"name": name, "cleaning_minutes": CLEANING.seconds // 60})
    api.post(f"rooms/{room['id']}/seats/bulk", {"rows": rows - 1, "seats_per_row": per_row})
    back = [{"row_label": "Z", "seat_number": number, "seat_type": last_row} for number in range(1, per_row + 1)]
    api.post(f"rooms/{room['id']}/seats/bulk", {"seats": back})
    return int(room["id"])


def fill_day(api: Api, room_id: int, films: "cycle[int]", day: date, zone: ZoneInfo) -> int:
    """Put one film on after the other; return how many. The server works out when each ends."""
    start, shown = datetime.combine(day, OPENS), 0
    while start <= datetime.combine(day, LAST_START):
        price = 9.5 if start.hour < 17 else 12.5
        # Without an offset the time is one on the cinema's clock.
        asked = {"movie_id": next(films), "room_id": room_id, "screening_time": start.isoformat(), "price": price}
        ends = datetime.fromisoformat(api.post("screenings", asked)["end_time"]).astimezone(zone)
        shown += 1
        start = on_five_minutes(ends.replace(tzinfo=None) + CLEANING)
    return shown


def on_five_minutes(moment: datetime) -> datetime:
    """Return the next moment whose minutes people can remember."""
    up = moment + timedelta(minutes=-moment.minute % 5)
    return up.replace(second=0, microsecond=0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Open a cinema with six screens and fill its next week.")
    parser.add_argument("server", help="such as http://127.0.0.1:8000")
    parser.add_argument("email", help="of a manager")
    parser.add_argument("password")
    asked = parser.parse_args()

    api = Api(asked.server)
    api.sign_in(asked.email, asked.password)
    cinema = api.post("cinemas", CINEMA)
    zone = ZoneInfo(cinema["timezone"])
    rooms = [open_room(api, cinema["id"], *room) for room in ROOMS]
    films = [
        api.post("movies", {"title": title, "duration_minutes": minutes, "genre": genre})["id"]
        for title, minutes, genre in FILMS
    ]
    tomorrow = datetime.now(UTC).astimezone(zone).date() + timedelta(days=1)
    screenings = 0
    for number, room_id in enumerate(rooms):
        programme = cycle(films[number:] + films[:number])
        for day in range(7):
            screenings += fill_day(api, room_id, programme, tomorrow + timedelta(days=day), zone)
    print(json.dumps({"cinema": cinema["id"], "rooms": rooms, "films": films, "screenings": screenings}))


if __name__ == "__main__":
    main()
