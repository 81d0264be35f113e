"""News of seats: what the broker does not know yet is found, told, acknowledged, remembered."""

import uuid

from booking.mqtt import topics
from booking.mqtt.connection import Connection
from booking.selectors.seatmap import seat_maps
from booking.services import broadcasts

MOST_SCREENINGS = 10
"""One round takes less than a turn, even of large rooms that the broker knows nothing of."""


def publish_due(connection: Connection, holder: str) -> int:
    """Tell the broker what it does not know of some screenings; return of how many.

    :param holder: whose turn it is
    :raises BrokerLost: if it did not acknowledge all; then it is told again
    :raises TurnLost: if another relay has taken over
    """
    with_news, over = broadcasts.screenings_with_news(MOST_SCREENINGS), broadcasts.screenings_over(MOST_SCREENINGS)
    if not with_news and not over:
        return 0
    known = broadcasts.told_of([*with_news, *over])
    told = [topics.told(seats) for seats in seat_maps(with_news)]
    news = [one for after in told for one in topics.news(after, known.get(after.screening_id))]
    news += [one for screening_id in over if screening_id in known for one in topics.removal(known[screening_id])]
    mark = uuid.uuid4().hex
    # A round that breaks off, or a file that the broker wrote in the middle of one, shows by what the mark says.
    framed = [_mark(f"before {mark}"), *news, _mark(mark)]
    connection.wait([connection.publish(one.topic, one.payload, retain=True) for one in framed])
    broadcasts.record(holder=holder, mark=mark, told=told, over=over)
    return len(told) + len(over)


def _mark(word: str) -> topics.Retained:
    return topics.Retained(topics.MARK, word.encode())


def compare(connection: Connection, holder: str, mark: str) -> bool:
    """Look whether the broker still knows what it was told; where it may not, have everything compared.

    :param mark: what it was told last
    :return: whether it does
    """
    if connection.mark == mark:
        return True
    broadcasts.start_over(holder=holder, retained=topics.read(connection.retained()))
    return False
