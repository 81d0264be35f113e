"""TIX's answers as they come, cut down; ``changes`` replace members."""

from datetime import UTC, date, datetime
from typing import Any

DAY = date(2026, 5, 22)
DAY_STAMP = 1779408000000
"""The first moment of that day, as if it were UTC, in milliseconds."""


def said(data: Any, **changes: Any) -> dict[str, Any]:
    return {"success": True, "data": data, **changes}


def refusal(code: str = "X", message: str = "Something") -> dict[str, Any]:
    return {"success": False, "error": {"code": code, "message": message}}


def listed_movie(**changes: Any) -> dict[str, Any]:
    return {
        "id": "2039608799848906752",
        "movie_id": "2039608798242488320",
        "title": "SAMPLE FILM",
        "genres": [{"id": "1581", "name": "Drama"}],
        "poster_path": "https://asset.example/p.webp",
        "age_category": "R",
        "presale_flag": 0,
        "rating_score": 9.2,
        "merchant": [{"merchant_id": "m", "merchant_name": "CINEPOLIS", "sort": 1}],
        "country": "Indonesia",
        **changes,
    }


def show_time(clock: str = "12:45", **changes: Any) -> dict[str, Any]:
    hour, minute = map(int, clock.split(":"))
    stamp = DAY_STAMP + (hour * 60 + minute) * 60_000
    return {
        "id": "2057538032336191488",
        "time": stamp,
        "display_time": clock,
        "studio": "2",
        "expired": stamp - 1_200_000,
        "status": 1,
        "studio_type": "",
        "price": 40000,
        **changes,
    }


def price_group(*show_times: dict[str, Any], **changes: Any) -> dict[str, Any]:
    prices = {"low_price": 40000, "high_price": 45000, "price_string": "Rp40.000"}
    return {"category": "2D", **prices, "show_time": list(show_times or [show_time()]), **changes}


def theatre(*groups: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": "986744938815295488",
        "name": "SAMPLE XXI",
        "merchant": {"merchant_id": "m", "merchant_name": "XXI"},
        "address": "Street 1",
        "location": {"latitude": "-7.93", "longitude": "112.65"},
        "price_groups": list(groups or [price_group()]),
        **changes,
    }


def schedule(*theatres: dict[str, Any], **changes: Any) -> dict[str, Any]:
    page = {"has_next": False, "page": 1, "show_date": DAY_STAMP, "theaters": list(theatres or [theatre()])}
    return said(page | changes)


def local(hour: int, minute: int, offset: int, day: date = DAY) -> datetime:
    """Return a moment on that day's clock, so many hours east of Greenwich."""
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
    return datetime.fromtimestamp(moment.timestamp() - offset * 3600, UTC)
