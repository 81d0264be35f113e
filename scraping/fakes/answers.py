"""How the fake TIX puts the truth into words: TIX's own shapes (facts 2.1), with the sloppiness that is known of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any

from scraping.fakes.world import Film, Seat, SeatState, Showing, Theatre

PER_PAGE = 10
SALE_ENDS = timedelta(minutes=20)
"""A showing leaves the sale so long before it starts (facts: ``expired``)."""
MERCHANTS = {"XXI": ("XXI", "xxi"), "CGV": ("CGV", "cgv"), "Cinépolis": ("CINEPOLIS", "cinepolis")}


def movie_listed(film: Film, chains: Sequence[str], today: date) -> dict[str, Any]:
    return {
        "id": film.schedule_id,
        "movie_id": film.movie_id,
        "title": film.title,
        "genres": [{"id": str(1000 + len(film.genre)), "name": film.genre}],
        "poster_path": f"https://asset.example/{film.movie_id}.webp",
        "age_category": film.age,
        "presale_flag": int(bool(film.released and film.released > today)),
        "rating_score": 0,
        "score_home_display": False,
        "merchant": [merchant(chain) | {"sort": place} for place, chain in enumerate(chains, 1)],
        "country": film.country,
    }


def movie(film: Film) -> dict[str, Any]:
    released = film.released and int(datetime(*film.released.timetuple()[:3], tzinfo=UTC).timestamp())
    return {
        "id": film.schedule_id,
        "movie_id": film.movie_id,
        "name": film.title,
        "status": "NOW_PLAYING",
        "presale_flag": 0,
        "release_date": released or 0,
        "duration": film.minutes,
        "synopsis": "",
        "director": film.director,
        "actor": "",
        "country": film.country,
        "age_category": film.age,
        "genres": [{"id": str(1000 + len(film.genre)), "name": film.genre}],
        "poster_path": f"https://asset.example/{film.movie_id}.webp",
        "casts": [],
        "rating_score": {"vote_average": 0, "vote_count": 0, "average_source": 0, "detail": {}},
    }


def merchant(chain: str, variant: int = 0) -> dict[str, Any]:
    name = chain if variant else MERCHANTS[chain][0]
    return {"merchant_id": f"merchant-{MERCHANTS[chain][1]}", "merchant_name": name}


def schedule_page(
    cinemas: Sequence[tuple[Theatre, list[Showing]]], *, day: date, page: int, now: datetime
) -> dict[str, Any]:
    """Write one page: ten cinemas, and whether more follow."""
    first = (page - 1) * PER_PAGE
    return {
        "has_next": first + PER_PAGE < len(cinemas),
        "page": page,
        "show_date": _milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC)),
        "theaters": [_theatre(one, showings, now) for one, showings in cinemas[first : first + PER_PAGE]],
    }


def _theatre(theatre: Theatre, showings: list[Showing], now: datetime) -> dict[str, Any]:
    variant = int(theatre.id[-1]) % 2
    groups = groupby(sorted(showings, key=lambda one: (one.category, one.price)), lambda one: (one.category, one.price))
    return {
        "id": theatre.id,
        "name": theatre.name if variant else f" {theatre.name} ",
        "type": 0,
        "presale_flag": 0,
        "merchant": merchant(theatre.chain, variant),
        "address": theatre.address,
        "location": {"latitude": str(theatre.latitude), "longitude": str(theatre.longitude)},
        "price_groups": [_price_group(category, price, list(of_price), now) for (category, price), of_price in groups],
    }


def _price_group(category: str, price: int, showings: list[Showing], now: datetime) -> dict[str, Any]:
    return {
        "category": category,
        "low_price": price,
        "high_price": price,
        "price_string": f"Rp{price:,}".replace(",", "."),
        "show_time": [_show_time(one, now) for one in sorted(showings, key=lambda one: one.starts_at)],
    }


def _show_time(showing: Showing, now: datetime) -> dict[str, Any]:
    """Write a showing; as observed, ``time`` holds the local clock as if it were UTC."""
    local = showing.starts_at.astimezone(showing.zone)
    return {
        "id": showing.id,
        "time": _milliseconds(local.replace(tzinfo=UTC)),
        "display_time": f"{local:%H:%M}",
        "studio": str(showing.studio),
        "expired": _milliseconds(local.replace(tzinfo=UTC) - SALE_ENDS),
        "status": int(now < showing.starts_at - SALE_ENDS),
        "studio_type": "",
        "price": showing.price,
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def layout(showing: Showing, seats: Sequence[Seat]) -> dict[str, Any]:
    """Write the seats in the shape of the chain: each has its own."""
    chance = Random(f"{showing.id} words")
    write = {"XXI": nested, "CGV": flat, "Cinépolis": site_codes}[showing.theatre.chain]
    return write(seats, showing.price, chance)


def code_of(seat: Seat, chance: Random) -> int:
    """Return 1 for a free seat; 5 or 6 for another, sold or blocked alike."""
    return 1 if seat.state is SeatState.FREE else chance.choice((5, 5, 5, 6))


def nested(seats: Sequence[Seat], price: int, chance: Random) -> dict[str, Any]:
    rows = []
    for row, members in groupby(seats, lambda seat: seat.row):
        entries = [{"seat_row": f"{row}{seat.number}", "status": code_of(seat, chance)} for seat in members]
        label = "seat_code" if chance.random() < 0.9 else "row_name"
        aisle = {"seat_row": "", "status": 0}
        rows.append({label: row, "max_row": len(entries) + 1, "seat_rows": [*entries[:4], aisle, *entries[4:]]})
    rules = {"type": 1, "allowed_adjacent_seat": 0}
    limits = {"user_seat_purchased": 0, "user_seat_daily_limit": 10, "user_seat_transaction_limit": 8}
    return {"success": True, "data": {**limits, "seat_rule_config": rules, "price": price, "seat_map": rows}}


def flat(seats: Sequence[Seat], price: int, chance: Random) -> dict[str, Any]:
    """Write one list; a taken seat has 5, 6, or 0 with the mark that there is a seat."""
    entries: list[dict[str, Any]] = []
    for seat in seats:
        code = code_of(seat, chance)
        status = 0 if code == 5 and chance.random() < 0.5 else code
        if seat.number == 5:
            entries.append({"row_name": seat.row, "seat_yn": "0", "seat_status": 0})
        entries.append({"row_name": seat.row, "seat_yn": "1", "seat_status": status, "seat_grd_cd": "01"})
    return {"success": True, "data": {"seat_map": entries, "price_group": []}}


def site_codes(seats: Sequence[Seat], price: int, chance: Random) -> dict[str, Any]:
    entries = [
        {"row": seat.row, "column": str(seat.number), "status": {"code": str(code_of(seat, chance))}} for seat in seats
    ]
    return {"code": 1000, "data": {"site_codes": entries}}
