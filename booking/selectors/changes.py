"""What happened to a screening's seats lately, for watchers who missed it."""

from collections.abc import Sequence

from booking.realtime import Payload
from cinema_project.common.database import marks, query
from cinema_project.common.models import OutboxMessage

MOST_MISSED = 200  # beyond this a reload is cheaper


def seqs_of(screening_ids: Sequence[int]) -> dict[int, int]:
    """Return the ``seat_seq`` of each of these screenings that exists."""
    sql = f"SELECT id, seat_seq FROM catalog_screening WHERE id IN ({marks(screening_ids)})"
    return dict(query(sql, screening_ids))


def changes_after(screening_id: int, seq: int) -> list[Payload]:
    """Return the changes that followed ``seq``, in order, without gaps; at most 200, and none if one is forgotten."""
    current = seqs_of([screening_id]).get(screening_id, seq)
    wanted = range(seq + 1, min(current, seq + MOST_MISSED) + 1)
    keys = [f"{screening_id}:{number}" for number in wanted]
    payloads = OutboxMessage.objects.filter(topic="seats", key__in=keys).values_list("payload", flat=True)
    found = sorted(payloads, key=lambda payload: payload["seq"])
    return found if [payload["seq"] for payload in found] == list(wanted) else []
