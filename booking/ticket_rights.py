"""Whose tickets somebody may see, and have sent: their own, or as staff everybody's."""

from accounts.callers import Caller

SEE_TICKETS = {"box office", "auditor"}
SEND_TICKETS = {"box office"}


def seen_by(caller: Caller) -> int | None:
    """Return the user whose tickets the caller may see; ``None`` for everybody's."""
    return _whose(caller, SEE_TICKETS)


def sent_by(caller: Caller) -> int | None:
    """Return the user whose tickets the caller may have sent; ``None`` for everybody's."""
    return _whose(caller, SEND_TICKETS)


def _whose(caller: Caller, groups: set[str]) -> int | None:
    return None if caller.is_staff_member or groups & {*caller.groups} else caller.id
