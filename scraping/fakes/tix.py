"""A TIX of our own: its calls, its login page, its refusals (shapes: facts 2.1, observed)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus

from scraping.fakes import answers
from scraping.fakes.guards import Clock, Guard, real_clock
from scraping.fakes.messages import Reply, Request, json_reply, refusal
from scraping.fakes.world import DATA, City, Film, Showing, World, zone_of

LISTED_DAYS = 3
"""How many days from today the site knows showings of."""
CHAINS = {"xxi": "XXI", "cgv": "CGV", "cinepolis": "Cinépolis"}
NOTHING = refusal("DATA_NOT_FOUND", "Data not found", HTTPStatus.BAD_REQUEST)
UNAUTHORIZED = refusal("UNAUTHORIZED", "Token expired or invalid", HTTPStatus.UNAUTHORIZED)
UNKNOWN = refusal("NOT_FOUND", "No such address", HTTPStatus.NOT_FOUND)


class FakeTix:
    """TIX as the world has it at the clock's time. Served by ``serving.serving``."""

    def __init__(self, world: World | None = None, *, clock: Clock = real_clock) -> None:
        self.world = world or World()
        self.clock = clock
        self.guard = Guard(clock)
        self._page = lru_cache(maxsize=4096)(self._schedule_page)

    @property
    def today(self) -> date:
        """Return the day in west Indonesia, by which the site lists."""
        return self.clock().astimezone(zone_of("JAKARTA")).date()

    def answer(self, request: Request) -> Reply:
        found = self._open(request) or self._closed(request)
        return found(request) if found else UNKNOWN

    def _open(self, request: Request) -> Callable[[Request], Reply] | None:
        return {
            ("POST", "/v1/auth"): self.give_guest_token,
            ("POST", "/v1/users/login"): self.log_in,
            ("POST", "/v1/users/refresh"): self.refresh,
            ("POST", "/web/login"): self.log_in_on_page,
            ("GET", "/login"): self.login_page,
        }.get((request.method, request.path))

    def _closed(self, request: Request) -> Callable[[Request], Reply] | None:
        parts = request.path.removeprefix("/v1/").split("/")
        match (request.method, *parts):
            case ("GET", "cities"):
                return self._for("guest", self.cities)
            case ("GET", "movies"):
                return self._for("guest", self.movies)
            case ("GET", "movies", movie_id):
                return self._for("guest", lambda _: self.movie(movie_id))
            case ("GET", "movies", chain, "layout"):
                return self._for("user", lambda asked: self.layout(asked, chain))
            case ("GET", "schedules", "date"):
                return self._for("guest", self.dates)
            case ("GET", "schedules", "movies", schedule_id):
                return self._for("guest", lambda asked: self.schedules(asked, schedule_id))
        return None

    def _for(self, least: str, then: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
        kinds = ("user",) if least == "user" else ("guest", "user")
        return lambda request: then(request) if self.guard.admits(request.bearer, *kinds) else UNAUTHORIZED

    def give_guest_token(self, request: Request) -> Reply:
        if request.json().get("client_id") != "tixid_guest":
            return refusal("INVALID_CLIENT", "Unknown client", HTTPStatus.BAD_REQUEST)
        return _data({"token": self.guard.issue("guest"), "expires_in": 30})

    def log_in(self, request: Request) -> Reply:
        """Take phone and encrypted password, with a guest's token."""
        if not self.guard.admits(request.bearer, "guest"):
            return UNAUTHORIZED
        asked = request.json()
        return self._signed_in(str(asked.get("msisdn")), self.guard.decrypted(str(asked.get("password"))))

    def log_in_on_page(self, request: Request) -> Reply:
        asked = request.json()
        return self._signed_in(str(asked.get("msisdn")), str(asked.get("password")))

    def _signed_in(self, phone: str, password: str) -> Reply:
        if not self.guard.knows(phone, password):
            return refusal("INVALID_CREDENTIAL", "Phone number or password is wrong.")
        token = self.guard.issue("user", phone)
        return _data(
            {
                "id": "6f1f0a52-0000-4000-8000-000000000001",
                "name": "Sari",
                "phone": phone,
                "total_active_ticket": 0,
                "total_purchased_ticket": 0,
                "updated_at": int(self.clock().timestamp() * 1000),
                "token": token,
                "refresh_token": self.guard.issue("refresh", phone),
                "redirect_url": f"https://app.example?token={token}",
            }
        )

    def refresh(self, request: Request) -> Reply:
        if request.headers.get("platform") != "web":
            return refusal("BAD_REQUEST", "platform is missing", HTTPStatus.BAD_REQUEST)
        if not self.guard.admits(request.bearer, "refresh"):
            return UNAUTHORIZED
        phone = str(self.guard.claims(request.bearer)["phone"])
        return _data({"token": self.guard.issue("user", phone, lagging=True)})

    def login_page(self, _: Request) -> Reply:
        return Reply(body=(DATA / "login.html").read_bytes(), headers={"Content-Type": "text/html; charset=utf-8"})

    def cities(self, request: Request) -> Reply:
        wanted = request.query.get("name", "").upper()
        found = [city for city in self.world.cities if wanted in city.name]
        return json_reply({"data": [{"id": city.id, "name": city.name} for city in found]})

    def movies(self, request: Request) -> Reply:
        if not (city := self._city(request)):
            return NOTHING
        films = self._films(city)
        return _data([answers.movie_listed(film, self._chains(film, city), self.today) for film in films])

    def _films(self, city: City) -> list[Film]:
        days = [self.today + timedelta(days=ahead) for ahead in range(LISTED_DAYS)]
        shown = {film.schedule_id for day in days for film in self.world.films_in(city.name, day)}
        return [film for film in self.world.films if film.schedule_id in shown]

    def _chains(self, film: Film, city: City) -> list[str]:
        cinemas = self.world.cinemas_with(film.schedule_id, city.name, self.today)
        return sorted({theatre.chain for theatre, _ in cinemas})

    def movie(self, movie_id: str) -> Reply:
        found = next((film for film in self.world.films if film.movie_id == movie_id), None)
        return _data(answers.movie(found)) if found else NOTHING

    def dates(self, request: Request) -> Reply:
        if not (city := self._city(request)):
            return NOTHING
        schedule_id = request.query.get("schedule_id", "")
        days = [self.today + timedelta(days=ahead) for ahead in range(LISTED_DAYS)]
        shown = [bool(self.world.cinemas_with(schedule_id, city.name, day)) for day in days]
        if not any(shown):
            return NOTHING
        return _data(
            [{"date": day.isoformat(), "is_any_schedule": any_} for day, any_ in zip(days, shown, strict=True)]
        )

    def schedules(self, request: Request, schedule_id: str) -> Reply:
        city, day, page = self._city(request), self._day(request), request.query.get("page", "1")
        if not city or not day or not page.isdigit() or not int(page):
            return NOTHING
        # What a page says changes at whole minutes only.
        return self._page(schedule_id, city.name, day, int(page), self.clock().replace(second=0, microsecond=0))

    def _schedule_page(self, schedule_id: str, city: str, day: date, page: int, now: datetime) -> Reply:
        cinemas = self.world.cinemas_with(schedule_id, city, day)
        return _data(answers.schedule_page(cinemas, day=day, page=page, now=now)) if cinemas else NOTHING

    def layout(self, request: Request, chain: str) -> Reply:
        showing = self._showing(request.query.get("show_time_id", ""))
        if not showing or CHAINS.get(chain) != showing.theatre.chain:
            return NOTHING
        if showing.starts_at <= self.clock():
            return refusal("SHOWTIME_EXPIRED", "The show has started")
        return json_reply(answers.layout(showing, self.world.seats(showing, self.clock())))

    def _showing(self, showing_id: str) -> Showing | None:
        days = (self.today + timedelta(days=ahead) for ahead in range(-1, LISTED_DAYS))
        return next((found for day in days if (found := self.world.showings_by_id(day).get(showing_id))), None)

    def _city(self, request: Request) -> City | None:
        wanted = request.query.get("city_id")
        return next((city for city in self.world.cities if city.id == wanted), None)

    def _day(self, request: Request) -> date | None:
        found = None
        with suppress(ValueError):
            found = date.fromisoformat(request.query.get("date", ""))
        last = self.today + timedelta(days=LISTED_DAYS - 1)
        return found if found and self.today <= found <= last else None


def _data(content: object) -> Reply:
    return json_reply({"success": True, "data": content})
