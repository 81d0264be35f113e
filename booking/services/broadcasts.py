"""What the MQTT broker has been told, and whose turn it is to tell it more (docs/decisions/0011).

Nothing here is part of a sale: what the broker does not know yet is found by comparing with ``seat_seq``.
"""

from collections.abc import Sequence
from datetime import timedelta

from booking.models import MqttScreening
from cinema_project.common import clock
from cinema_project.common.database import query, write

TURN = timedelta(seconds=5)
"""How long the others wait for a relay that says nothing any more."""
LONGEST_SCREENING = timedelta(days=2)

_NEWS = """
SELECT s.id FROM catalog_screening s
JOIN catalog_room r ON r.id = s.room_id JOIN catalog_cinema c ON c.id = r.cinema_id
LEFT JOIN booking_mqttscreening told ON told.screening_id = s.id
WHERE s.start_time > %s AND s.end_time > %s AND (told.screening_id IS NULL OR told.seat_seq IS NULL
    OR told.seat_seq <> s.seat_seq OR told.good_until <= %s
    OR told.room <> CAST(s.room_id AS TEXT) || '.' || CAST(r.layout_version + c.version AS TEXT))
ORDER BY told.screening_id IS NULL, s.start_time, s.id LIMIT %s"""
_OVER = """
SELECT told.screening_id FROM booking_mqttscreening told LEFT JOIN catalog_screening s ON s.id = told.screening_id
WHERE s.id IS NULL OR s.end_time <= %s OR s.start_time <= %s ORDER BY told.screening_id LIMIT %s"""
_TAKE = """
INSERT INTO booking_mqttturn AS turn (id, holder, until, mark) VALUES (1, %s, %s, '')
ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE turn.holder = excluded.holder OR turn.until <= %s OR turn.until > %s RETURNING mark"""


class TurnLost(Exception):
    """Another relay talks to the broker now."""


@write
def take_turn(holder: str) -> str | None:
    """Take the turn, or keep it, for five seconds; return the mark that followed the last news, or ``None``: not now.

    :param holder: names the relay
    """
    now = clock.now()
    # Further ahead than anybody may take it: the clock was set back since.
    taken = query(_TAKE, [holder, now + TURN, now, now + 2 * TURN])
    return str(taken[0][0]) if taken else None


@write
def end_turn(holder: str) -> None:
    """Let another relay go on at once."""
    query("UPDATE booking_mqttturn SET until = %s WHERE holder = %s", [clock.now(), holder])


def screenings_with_news(most: int) -> list[int]:
    """Return screenings to come of which the broker does not know the newest; those it has heard of come first."""
    now = clock.now()
    return [screening_id for (screening_id,) in query(_NEWS, [now - LONGEST_SCREENING, now, now, most])]


def screenings_over(most: int) -> list[int]:
    """Return screenings that the broker knows, and nobody asks for any more: they have ended, or are gone."""
    now = clock.now()
    return [screening_id for (screening_id,) in query(_OVER, [now, now - LONGEST_SCREENING, most])]


def told_of(screening_ids: Sequence[int]) -> dict[int, MqttScreening]:
    """Return what the broker was told of these screenings."""
    return MqttScreening.objects.in_bulk(screening_ids)


@write
def record(*, holder: str, mark: str, told: Sequence[MqttScreening], over: Sequence[int]) -> None:
    """Remember what the broker has acknowledged.

    :param mark: what it was told last
    :param over: screenings of which it retains nothing any more
    :raises TurnLost: if another relay has taken over meanwhile, which tells it all again
    """
    _mark(holder, mark)
    fields = ["seat_seq", "room", "seats", "available_tickets", "total_capacity", "good_until"]
    MqttScreening.objects.bulk_create(told, update_conflicts=True, unique_fields=["screening_id"], update_fields=fields)
    MqttScreening.objects.filter(pk__in=over).delete()


@write
def start_over(*, holder: str, retained: Sequence[MqttScreening]) -> None:
    """Remember nothing but what the broker was found to retain; all of it will be compared.

    :raises TurnLost: if another relay has taken over meanwhile
    """
    _mark(holder, "")
    MqttScreening.objects.all().delete()
    MqttScreening.objects.bulk_create(retained)


def _mark(holder: str, mark: str) -> None:
    if not query("UPDATE booking_mqttturn SET mark = %s WHERE holder = %s RETURNING id", [mark, holder]):
        raise TurnLost
