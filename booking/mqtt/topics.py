"""The topics of MQTT and what stands in their messages (docs/mqtt.md)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from booking.models import MqttScreening
from booking.selectors.seatmap import SeatMap

REQUESTS = "booking/request"
MARK = "cinema/mark"
"""Holds a word that changes with all news: a broker that shows another one does not know exactly what we told it."""
SEATS, COUNTS = "seats/status/+/+", "screenings/+/update"
STATUSES = ("available", "reserved", "booked")
UNREADABLE = "?"


@dataclass(frozen=True, slots=True)
class Retained:
    """A retained message; an empty one removes what was retained before."""

    topic: str
    payload: bytes = b""


def response_topic(user_uuid: UUID) -> str:
    return f"booking/response/{user_uuid}"


def told(seats: SeatMap) -> MqttScreening:
    """Return what the broker is to know of a screening."""
    return MqttScreening(
        screening_id=seats.screening_id,
        seat_seq=seats.seq,
        room=f"{seats.layout.room_id}.{seats.layout.version}",
        seats={str(view.seat.id): view.status for view in seats.seats()},
        available_tickets=len(seats.free_seats()),
        total_capacity=sum(place.is_active for place in seats.layout.seats.values()),
        good_until=seats.good_until,
    )


def news(after: MqttScreening, before: MqttScreening | None) -> Iterator[Retained]:
    """Yield what takes the broker from one to the other."""
    before = before or MqttScreening(after.screening_id)
    for seat_id, status in after.seats.items():
        if before.seats.get(seat_id) != status:
            seat = {"seat_id": int(seat_id), "status": status, "seq": after.seat_seq}
            yield Retained(_seat_topic(after, seat_id), orjson.dumps(seat))
    for seat_id in before.seats.keys() - after.seats.keys():
        yield Retained(_seat_topic(after, seat_id))
    counts = {"available_tickets": after.available_tickets, "total_capacity": after.total_capacity}
    if counts != {"available_tickets": before.available_tickets, "total_capacity": before.total_capacity}:
        yield Retained(_counts_topic(after), orjson.dumps({"screening_id": after.screening_id, **counts}))


def removal(before: MqttScreening) -> Iterator[Retained]:
    """Yield what makes the broker forget a screening."""
    for seat_id in before.seats:
        yield Retained(_seat_topic(before, seat_id))
    yield Retained(_counts_topic(before))


def read(retained: Iterable[Retained]) -> list[MqttScreening]:
    """Return what a broker knows that retains these messages."""
    found: dict[int, MqttScreening] = defaultdict(MqttScreening)
    for one in retained:
        match one.topic.split("/"):
            case ["seats", "status", screening, seat] if _is_id(screening) and _is_id(seat):
                status = _object(one.payload).get("status")
                found[int(screening)].seats[seat] = status if status in STATUSES else UNREADABLE
            case ["screenings", screening, "update"] if _is_id(screening):
                counts, known = _object(one.payload), found[int(screening)]
                known.available_tickets = _count(counts.get("available_tickets"))
                known.total_capacity = _count(counts.get("total_capacity"))
    for screening_id, known in found.items():
        known.screening_id = screening_id
    return list(found.values())


def _seat_topic(told: MqttScreening, seat_id: str) -> str:
    return f"seats/status/{told.screening_id}/{seat_id}"


def _counts_topic(told: MqttScreening) -> str:
    return f"screenings/{told.screening_id}/update"


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 18 and not word.startswith("0")


def _object(payload: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 2**31 else None
