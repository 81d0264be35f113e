"""Sending somebody their ticket once more (R40)."""

import math
import uuid
from datetime import timedelta

from django.db import connection

from booking.models import ClaimState, SeatClaim
from booking.selectors.printing import printed_ticket
from cinema_project.common import clock, outbox
from cinema_project.common.database import query, write
from cinema_project.common.errors import Conflict, IllegalTransition
from cinema_project.common.models import OutboxMessage
from cinema_project.common.rates import Rate, RateExceeded, Standing

TOPIC = "ticket_resent"
RESENDS = Rate("resend", 3, 3600)


class NoMailbox(Conflict):
    """The buyer has no address: a guest at the counter, or somebody whose account is closed."""

    code = "no_mailbox"


@write
def resend_ticket(*, ticket_id: int, user_id: int | None) -> Standing:
    """Promise a mail with the ticket to its buyer; return what is left of the three an hour.

    Counted in the database and not in a bucket of ``rates``: that would fill up again within the hour.

    :param user_id: whose ticket it must be; ``None`` for anybody's
    :raises NotFound: if it is unknown or somebody else's
    :raises IllegalTransition: if it is not confirmed
    :raises NoMailbox: if there is nowhere to send it
    :raises RateExceeded: after three within an hour
    """
    _lock(ticket_id)
    ticket = printed_ticket(ticket_id, user_id=user_id)
    if ticket.state != ClaimState.CONFIRMED:
        raise IllegalTransition(f"A ticket that is {ticket.status} cannot be sent again.")
    if not ticket.user.has_mailbox:
        raise NoMailbox("The buyer of this ticket has no e-mail address.")
    standing = _counted(ticket_id)
    outbox.add(TOPIC, key=f"{ticket_id}:{uuid.uuid4().hex}", payload={"ticket_id": ticket_id})
    return standing


def _lock(ticket_id: int) -> None:
    """Queue for the ticket: whoever comes next counts this mail, too."""
    if connection.vendor == "postgresql":
        query(f"SELECT 1 FROM {SeatClaim._meta.db_table} WHERE id = %s FOR NO KEY UPDATE", [ticket_id])


def _counted(ticket_id: int) -> Standing:
    """Return what is left after one mail more. The outbox keeps messages for an hour at least."""
    now, hour = clock.now(), timedelta(seconds=RESENDS.seconds)
    sent = OutboxMessage.objects.filter(topic=TOPIC, key__startswith=f"{ticket_id}:", created_at__gt=now - hour)
    moments = sorted(sent.values_list("created_at", flat=True))
    if len(moments) < RESENDS.count:
        return Standing(RESENDS, allowed=True, until_full=(len(moments) + 1) / RESENDS.per_second)
    wait = math.ceil((moments[-RESENDS.count] + hour - now).total_seconds())
    raise RateExceeded(Standing(RESENDS, allowed=False, until_full=wait + (RESENDS.count - 1) / RESENDS.per_second))
