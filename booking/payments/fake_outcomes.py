"""What one may choose on the page of the test bank: how a payment goes, and how the house hears of it."""

from datetime import timedelta

from booking.payment_models import FakeCharge
from booking.payments import fake
from cinema_project.common import outbox
from cinema_project.common.database import write

SLOW = timedelta(seconds=10)
OUTCOMES = {
    "paid": "Paid: the money is there, and one message says so",
    "declined": "Declined: no money, and one message says so",
    "slow": f"Slow: the money takes {SLOW.seconds} seconds",
    "late": "Late: the money comes when the seats are held no longer",
    "twice": "Twice: paid, and the message comes twice",
    "never": "Never: paid, but no message comes, and the way back is lost",
}


@write
def choose(*, charge: FakeCharge, outcome: str, late: timedelta) -> None:
    """Let a payment go like this, unless that was decided before.

    :param late: how long it takes until the seats are held no longer
    """
    if charge.captured_at or charge.closed_at:
        return
    if outcome == "declined":
        fake.decline(charge)
    else:
        fake.pay(charge, outcome, after={"slow": SLOW, "late": late}.get(outcome, timedelta(0)))
    charge.refresh_from_db()
    if outcome != "never":
        body = fake.message_about(charge).decode()
        for copy in range(2 if outcome == "twice" else 1):
            message = {"body": body, "headers": fake.signed(body.encode())}
            outbox.add("fake_bank", key=f"{charge.payment_id}:{copy}", payload=message)
