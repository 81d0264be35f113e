"""The limit: the same work as one SQL statement for each step, by ``pgbench`` on the same database."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.world import BLOCKS, LIMIT, MAPS, ROOM_SEATS, ROOMS, USERS
from cinema_project.tests.services import Missing, debian_postgresql

UNEVEN = 1.5  # one client of pgbench may be that much ahead of the average
LIVE = "('held', 'pending', 'confirmed', 'used')"
SEAT_MAP = f"""
\\set screening random({MAPS.start}, {MAPS.stop - 1})
SELECT seat.id, seat.room_id, seat.row_label, seat.seat_number, seat.seat_type, seat.x, seat.y,
    claim.state, claim.user_id, claim.expires_at
FROM catalog_screening screening JOIN catalog_seat seat ON seat.room_id = screening.room_id
LEFT JOIN booking_seatclaim claim
    ON claim.screening_id = screening.id AND claim.seat_id = seat.id AND claim.state IN {LIVE}
WHERE screening.id = :screening;
"""
# Each flow sells three seats of its own: over all screenings first, then the next three seats of each.
SALE = f"""
\\set n :n + 1
\\set flow :n * :clients + :client_id
\\set screening {LIMIT.start} + :flow % {len(LIMIT)}
\\set seat :screening % {ROOMS} * {ROOM_SEATS} + :flow / {len(LIMIT)} % {BLOCKS} * 3
\\set user 1 + :flow % {USERS}
WITH counted AS (UPDATE catalog_screening SET seat_seq = seat_seq + 1 WHERE id = :screening)
INSERT INTO booking_seatclaim
    (screening_id, seat_id, user_id, state, price, currency, reserved_at, expires_at, extensions, secret)
SELECT :screening, :seat + number, :user, 'held', 10, 'EUR', clock_timestamp(),
    clock_timestamp() + interval '300 s', 0, substr(md5(:flow::text || 'limit' || number::text), 1, 26)
FROM generate_series(1, 3) AS number ON CONFLICT DO NOTHING;
WITH counted AS (
    UPDATE catalog_screening SET seat_seq = seat_seq + 1, bookings_count = bookings_count + 1 WHERE id = :screening
), payment AS (
    INSERT INTO booking_payment (payment_id, user_id, screening_id, seat_ids, amount, currency, status, captured_at)
    VALUES ('limit-' || :flow::text, :user, :screening, '[1, 2, 3]', 30, 'EUR', 'claimed', clock_timestamp())
), booking AS (
    INSERT INTO booking_booking (booking_number, user_id, screening_id, payment_id, total, currency, booked_at)
    VALUES ('L' || :flow::text, :user, :screening, 'limit-' || :flow::text, 30, 'EUR', clock_timestamp()) RETURNING id
)
UPDATE booking_seatclaim SET state = 'confirmed', booking_id = (SELECT id FROM booking),
    booked_at = clock_timestamp(), confirmed_at = clock_timestamp()
WHERE screening_id = :screening AND seat_id BETWEEN :seat + 1 AND :seat + 3 AND user_id = :user AND state = 'held';
"""


@dataclass
class Limit:
    """What PostgreSQL does on this database when nobody else is in the way."""

    database_url: str
    folder: Path
    sold: int = 0  # flows of SALE so far: no slice may sell the seats of another

    def rate(self, script: str, *, seconds: int, clients: int = 8) -> float:
        """Return the transactions a second that so many clients reach within this time."""
        file = self.folder / "limit.sql"
        file.write_text(script)
        command = [pgbench(), "-n", "-M", "prepared", "-c", clients, "-j", 2, "-T", seconds, "-f", file]
        command += ["-D", f"n={self.sold // clients}", "-D", f"clients={clients}", self.database_url]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
        rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
        if script == SALE:
            self.sold += int(rate * seconds * UNEVEN)
        return rate


def pgbench() -> Path:
    found = debian_postgresql()
    if found is None or not (found / "pgbench").exists():
        raise Missing("pgbench is missing: apt-get install postgresql-contrib.")
    return found / "pgbench"
