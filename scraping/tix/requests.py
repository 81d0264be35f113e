"""What is asked of TIX, and how: one function a call. Who fetches adds host, token and User-Agent.

``tz`` and ``timezone`` are the number 7 (west Indonesia), not a zone's name (facts 2.1, observed).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from scraping.tix.places import chain_in_addresses

HEADERS = MappingProxyType({"Accept": "application/json", "Content-Type": "application/json", "platform": "web"})
WEST = "7"


class Bearer(StrEnum):
    """Whose token a call needs."""

    NOBODY = "nobody"
    GUEST = "guest"
    USER = "user"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Call:
    """A request without its host. ``body`` is sent as JSON, ``None`` for none; secrets in it are not shown."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    bearer: Bearer = Bearer.GUEST
    body: Mapping[str, Any] | None = field(default=None, repr=False)

    def url(self, base_url: str) -> str:
        query = f"?{urlencode(self.params)}" if self.params else ""
        return f"{base_url.rstrip('/')}{self.path}{query}"

    def headers(self, token: str = "") -> dict[str, str]:
        """Return what to send besides; the token is left out where nobody's is needed."""
        return {**HEADERS, **({"Authorization": f"Bearer {token}"} if token and self.bearer != Bearer.NOBODY else {})}


def guest_token() -> Call:
    return Call("POST", "/v1/auth", bearer=Bearer.NOBODY, body={"client_id": "tixid_guest", "auth_code": None})


def login(*, phone: str, encrypted_password: str) -> Call:
    """:param phone: as ``tokens.phone_number`` writes it
    :param encrypted_password: as ``tokens.encrypted_password`` makes it
    """
    return Call("POST", "/v1/users/login", body={"msisdn": phone, "password": encrypted_password})


def refresh() -> Call:
    return Call("POST", "/v1/users/refresh", bearer=Bearer.REFRESH)


def cities(name: str = "") -> Call:
    return Call("GET", "/v1/cities", {"name": name})


def movies(*, city_id: str) -> Call:
    return Call("GET", "/v1/movies", {"city_id": city_id, "movie_type": "NOW_PLAYING", "timezone": WEST})


def movie(*, movie_id: str) -> Call:
    return Call("GET", f"/v1/movies/{movie_id}")


def schedule_dates(*, schedule_id: str, city_id: str) -> Call:
    return Call("GET", "/v1/schedules/date", {"schedule_id": schedule_id, "city_id": city_id})


def schedules(*, schedule_id: str, city_id: str, day: date, page: int = 1) -> Call:
    params = {"city_id": city_id, "date": day.isoformat(), "page": str(page)}
    return Call("GET", f"/v1/schedules/movies/{schedule_id}", params)


def layout(*, chain: str, showing_id: str) -> Call:
    params = {"show_time_id": showing_id, "tz": WEST}
    return Call("GET", f"/v1/movies/{chain_in_addresses(chain)}/layout", params, bearer=Bearer.USER)
