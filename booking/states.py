"""Which state may follow which: section 2 of the house's booking rules, as the services ask it.

The database holds to the same arrows by triggers (``state_triggers.py``); ``tests/test_states.py`` compares the two.
"""

from collections.abc import Mapping

from cinema_project.common.errors import IllegalTransition

Arrows = Mapping[str, frozenset[str]]


def _arrows(**following: str) -> Arrows:
    return {state: frozenset(others.split()) for state, others in following.items()}


CLAIM = _arrows(
    held="confirmed pending released lapsed",  # as a ticket it may still wait for its payment
    pending="confirmed cancelled unpaid",
    confirmed="cancelled used",
    used="confirmed",
    cancelled="refunded confirmed",
)
PAYMENT = _arrows(
    captured="claimed refund_due",
    claimed="part_refunded refunded",
    part_refunded="refunded",
    refund_due="refunded",
)
REFUND = _arrows(due="sent", sent="settled failed", failed="due sent")
SCREENING = _arrows(scheduled="cancelled completed")

TICKET_WORDS = {"unpaid": "expired"}
"""The API's words for the states of a ticket, where they differ from the table's."""
TICKET_STATES = {"expired": "unpaid"} | {
    state: state for state in ("pending", "confirmed", "used", "cancelled", "refunded")
}


def word_of(state: str) -> str:
    """Return the API's word for the state of a ticket."""
    return TICKET_WORDS.get(state, state)


def check_ticket_may_become(before: str, after: str) -> None:
    """Refuse a step that nobody drew, and one to the same state.

    :raises IllegalTransition: if it is one
    """
    if after not in CLAIM.get(before, ()):
        raise IllegalTransition(f"A ticket that is {word_of(before)} cannot become {word_of(after)}.")
