"""What must be true between any two transactions (R64), each as a query for the rows that break it."""

from dataclasses import dataclass

from django.db import connection

from booking.selectors.ledger import LEDGER
from cinema_project.common.clock import NOW_SQL
from cinema_project.common.database import query, unhurried

LIVE = f"(c.state IN ('confirmed', 'used') OR (c.state IN ('held', 'pending') AND c.expires_at > {NOW_SQL}))"

CHECKS: dict[str, str] = {
    "a seat of a screening has one live claim": f"""
        SELECT c.screening_id, c.seat_id FROM booking_seatclaim c WHERE {LIVE}
        GROUP BY c.screening_id, c.seat_id HAVING COUNT(*) > 1""",
    "a claimed seat is in the screening's room": f"""
        SELECT c.id FROM booking_seatclaim c JOIN catalog_seat seat ON seat.id = c.seat_id
        JOIN catalog_screening s ON s.id = c.screening_id WHERE seat.room_id <> s.room_id AND {LIVE}""",
    "nobody has more than ten seats in a screening": f"""
        SELECT c.user_id, c.screening_id FROM booking_seatclaim c WHERE {LIVE}
        GROUP BY c.user_id, c.screening_id HAVING COUNT(*) > 10""",
    "a booking's total is the sum of its tickets": """
        SELECT b.booking_number FROM booking_booking b LEFT JOIN booking_seatclaim c ON c.booking_id = b.id
        GROUP BY b.id, b.booking_number, b.total HAVING ROUND(b.total, 2) <> ROUND(COALESCE(SUM(c.price), 0), 2)""",
    "a ticket is its booking's: same user, same screening": """
        SELECT c.id FROM booking_seatclaim c JOIN booking_booking b ON b.id = c.booking_id
        WHERE b.user_id <> c.user_id OR b.screening_id <> c.screening_id""",
    "a claimed payment paid one booking of the same user, screening and amount": """
        SELECT p.payment_id FROM booking_payment p LEFT JOIN booking_booking b ON b.payment_id = p.payment_id
        WHERE p.status IN ('claimed', 'part_refunded') AND (b.id IS NULL OR b.user_id <> p.user_id
            OR b.screening_id <> p.screening_id OR b.currency <> p.currency OR ROUND(p.amount, 2) <> (
                SELECT ROUND(COALESCE(SUM(c.price), 0), 2) FROM booking_seatclaim c
                WHERE c.booking_id = b.id AND c.confirmed_at IS NOT NULL))""",
    "a payment that paid no booking is unclaimed, or goes back": """
        SELECT p.payment_id FROM booking_payment p LEFT JOIN booking_booking b ON b.payment_id = p.payment_id
        LEFT JOIN booking_refund r ON r.payment_id = p.payment_id
        WHERE (p.status = 'captured' AND (b.id IS NOT NULL OR r.id IS NOT NULL))
            OR (p.status IN ('claimed', 'part_refunded') AND r.id IS NOT NULL)
            OR (p.status = 'refund_due' AND (b.id IS NOT NULL OR r.id IS NULL OR r.status = 'settled'))
            OR (p.status = 'refunded' AND b.id IS NULL AND (r.id IS NULL OR r.status <> 'settled'))
            OR (r.id IS NOT NULL AND (r.amount <> p.amount OR r.currency <> p.currency))""",
    "a paid ticket that was cancelled has a refund of its price, and no other ticket has one": """
        SELECT c.id FROM booking_seatclaim c LEFT JOIN booking_refund r ON r.claim_id = c.id
        WHERE (c.state IN ('cancelled', 'refunded') AND c.confirmed_at IS NOT NULL
                AND (r.id IS NULL OR r.amount <> c.price OR r.currency <> c.currency))
            OR ((c.state NOT IN ('cancelled', 'refunded') OR c.confirmed_at IS NULL) AND r.id IS NOT NULL)""",
    "a ticket is refunded when its refund is settled": """
        SELECT c.id FROM booking_seatclaim c JOIN booking_refund r ON r.claim_id = c.id
        WHERE (c.state = 'refunded') <> (r.status = 'settled')""",
    "a payment is refunded as far as its tickets are": """
        SELECT p.payment_id FROM booking_payment p JOIN booking_booking b ON b.payment_id = p.payment_id
        JOIN (SELECT c.booking_id, SUM(CASE WHEN c.state = 'refunded' THEN 1 ELSE 0 END) AS refunded,
                SUM(CASE WHEN c.confirmed_at IS NOT NULL AND c.state <> 'refunded' THEN 1 ELSE 0 END) AS others
            FROM booking_seatclaim c WHERE c.booking_id IS NOT NULL GROUP BY c.booking_id) t ON t.booking_id = b.id
        WHERE p.status <> CASE WHEN t.refunded = 0 THEN 'claimed' WHEN t.others > 0 THEN 'part_refunded'
            ELSE 'refunded' END""",
    "a payment that a provider took is in the books, for whoever made it": """
        SELECT i.payment_id FROM booking_paymentintent i
        LEFT JOIN booking_payment p ON p.payment_id = i.payment_id
        WHERE (i.status = 'paid' AND p.payment_id IS NULL) OR p.user_id <> i.user_id""",
    "what was captured is live, refunded, due or unclaimed": f"""
        SELECT l.currency, l.captured, l.live, l.refunded, l.due, l.unclaimed FROM ({LEDGER}) l
        WHERE ROUND(l.live + l.refunded + l.due + l.unclaimed, 2) <> l.captured""",
    "a promo code counts its uses": """
        SELECT p.code FROM booking_promocode p WHERE p.uses <> (
            SELECT COUNT(*) FROM booking_promouse u WHERE u.promo_id = p.id AND u.released_at IS NULL)""",
    "a booking has one use of a promo code at most": """
        SELECT c.booking_id FROM booking_promoseat s JOIN booking_seatclaim c ON c.id = s.claim_id
        WHERE c.booking_id IS NOT NULL GROUP BY c.booking_id HAVING COUNT(DISTINCT s.use_id) > 1""",
    "a promo code is used by whoever has its seats": """
        SELECT s.id FROM booking_promoseat s JOIN booking_promouse u ON u.id = s.use_id
        JOIN booking_seatclaim c ON c.id = s.claim_id
        WHERE u.user_id <> c.user_id OR u.screening_id <> c.screening_id""",
    "a ticket is booked before it is confirmed": """
        SELECT c.id FROM booking_seatclaim c WHERE c.booked_at > c.confirmed_at""",
    "the log of states ends with the present state of each claim": """
        SELECT c.id FROM (
            SELECT MAX(id) AS id FROM booking_statechange WHERE kind = 'claim' GROUP BY object_id
        ) AS newest JOIN booking_statechange change ON change.id = newest.id
        JOIN booking_seatclaim c ON CAST(c.id AS VARCHAR(20)) = change.object_id WHERE change.to_state <> c.state""",
    "the newest message about seats is about the newest change": """
        SELECT s.id FROM catalog_screening s JOIN (
            SELECT CAST(SUBSTR(m.key, 1, {position}(m.key, ':') - 1) AS BIGINT) AS screening_id,
                MAX(CAST(SUBSTR(m.key, {position}(m.key, ':') + 1) AS BIGINT)) AS seq
            FROM common_outboxmessage m WHERE m.topic = 'seats' GROUP BY 1
        ) AS told ON told.screening_id = s.id WHERE told.seq <> s.seat_seq""",
    "a screening counts its bookings": """
        SELECT s.id FROM catalog_screening s
        WHERE s.bookings_count <> (SELECT COUNT(*) FROM booking_booking b WHERE b.screening_id = s.id)""",
    "screenings of a room do not overlap": """
        SELECT a.id, b.id FROM catalog_screening a JOIN catalog_screening b ON b.room_id = a.room_id AND b.id > a.id
        WHERE a.status = 'scheduled' AND b.status = 'scheduled'
            AND a.start_time < b.room_free_at AND b.start_time < a.room_free_at""",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule, and the row that breaks it."""

    rule: str
    row: str


def violations() -> list[Violation]:
    """Return everything that breaks an invariant; empty is the only good answer."""
    position = {"postgresql": "strpos", "sqlite": "instr"}[connection.vendor]
    with unhurried():
        return [
            Violation(rule, ", ".join(str(value) for value in row))
            for rule, sql in CHECKS.items()
            for row in query(sql.replace("{position}", position))
        ]
