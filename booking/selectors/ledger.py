"""The books: what came in, and what became of it (P8). Sales at the counter, without a payment, came in as well."""

from dataclasses import dataclass
from decimal import Decimal

from cinema_project.common.database import as_money, query

LEDGER = """
SELECT m.currency, ROUND(SUM(m.captured), 2) AS captured, ROUND(SUM(m.live), 2) AS live,
    ROUND(SUM(m.refunded), 2) AS refunded, ROUND(SUM(m.due), 2) AS due, ROUND(SUM(m.unclaimed), 2) AS unclaimed
FROM (
    SELECT p.currency, p.amount AS captured, 0 AS live, 0 AS refunded, 0 AS due,
        CASE WHEN p.status = 'captured' THEN p.amount ELSE 0 END AS unclaimed
    FROM booking_payment p
    UNION ALL
    SELECT c.currency, CASE WHEN b.payment_id IS NULL THEN c.price ELSE 0 END,
        CASE WHEN c.state IN ('confirmed', 'used') THEN c.price ELSE 0 END, 0, 0, 0
    FROM booking_seatclaim c JOIN booking_booking b ON b.id = c.booking_id WHERE c.confirmed_at IS NOT NULL
    UNION ALL
    SELECT r.currency, 0, 0, CASE WHEN r.status = 'settled' THEN r.amount ELSE 0 END,
        CASE WHEN r.status <> 'settled' THEN r.amount ELSE 0 END, 0
    FROM booking_refund r
) m GROUP BY m.currency"""


@dataclass(frozen=True, slots=True)
class Account:
    """All money of one currency: what was captured is live, refunded, due to be refunded, or unclaimed."""

    captured: Decimal
    live: Decimal
    refunded: Decimal
    due: Decimal
    unclaimed: Decimal

    @property
    def adds_up(self) -> bool:
        return self.captured == self.live + self.refunded + self.due + self.unclaimed


def ledger() -> dict[str, Account]:
    """Return the account of each currency, by its code."""
    return {currency: Account(*map(as_money, sums)) for currency, *sums in query(f"{LEDGER} ORDER BY 1")}
