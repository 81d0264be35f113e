"""R16: what each ticket is, and what it costs."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from booking.claims import Claim, ScreeningState
from catalog.models import TicketType
from cinema_project.common.errors import Conflict, Invalid

HIGHEST = Decimal("999999.99")
TicketTypes = Mapping[int, str]
"""Ticket types by seat; seats that are not among them are for adults, or stay what they are."""


class TicketTypesInvalid(Invalid):
    code = "ticket_types_invalid"


class PriceTooHigh(Conflict):
    """The factors of the house make more of a price than its till can take."""

    code = "price_too_high"


def checked_ticket_types(ticket_types: object, seat_ids: Sequence[int]) -> dict[int, str]:
    """Read ``{"<seat id>": "child"}``, for some of the seats that are asked for.

    :raises TicketTypesInvalid: if it is something else, with a pointer to each wrong entry
    """
    if ticket_types is None:
        return {}
    if not isinstance(ticket_types, Mapping):
        raise _refusal({"": "ticket_types must be an object of seat ids and ticket types."})
    known = {str(seat_id): seat_id for seat_id in seat_ids}
    wrong = {f"/{_escaped(key)}": _fault(key, kind, known) for key, kind in ticket_types.items()}
    if any(wrong.values()):
        raise _refusal({pointer: fault for pointer, fault in wrong.items() if fault})
    return {known[key]: str(kind) for key, kind in ticket_types.items()}


def checked_types_of_party(ticket_types: object, party: int) -> list[str]:
    """Read ``["adult", "child"]``, one for each of a party that does not know its seats yet; empty if not given.

    :raises TicketTypesInvalid: if it is something else, with a pointer to each wrong entry
    """
    if ticket_types is None:
        return []
    if not isinstance(ticket_types, (list, tuple)) or len(ticket_types) != party:
        raise _refusal({"": f"ticket_types must be a list of {party}, one for each ticket."})
    wrong = {f"/{index}": _fault(kind, kind, [kind]) for index, kind in enumerate(ticket_types)}
    if any(wrong.values()):
        raise _refusal({pointer: fault for pointer, fault in wrong.items() if fault})
    return [str(kind) for kind in ticket_types]


def prices(screening: ScreeningState, seat_ids: Sequence[int], ticket_types: TicketTypes) -> dict[int, Decimal]:
    """Return what tickets of these types cost on these seats now.

    :raises PriceTooHigh: if one cannot be written down
    """
    layout, base = screening.layout, screening.price
    found = {seat: layout.price(base, seat, ticket_types.get(seat, TicketType.ADULT)) for seat in seat_ids}
    if any(price > HIGHEST for price in found.values()):
        raise PriceTooHigh(f"A ticket costs at most {HIGHEST}: please tell the cinema that its prices are wrong.")
    return found


def retyped(holds: Sequence[Claim], ticket_types: TicketTypes) -> list[Claim]:
    """Pick the holds that are to be of another type than they are."""
    return [hold for hold in holds if ticket_types.get(hold.seat_id, hold.ticket_type) != hold.ticket_type]


def _fault(key: object, kind: object, known: Collection[object]) -> str:
    if key not in known:
        return "This is not one of the seats asked for."
    if not isinstance(kind, str) or kind not in TicketType.values:
        return f"A ticket type is one of {', '.join(TicketType.values)}."
    return ""


def _refusal(faults: Mapping[str, str]) -> TicketTypesInvalid:
    errors = [{"pointer": f"/ticket_types{pointer}", "detail": fault} for pointer, fault in faults.items()]
    return TicketTypesInvalid(errors[0]["detail"], errors=errors[:100])


def _escaped(key: object) -> str:
    return str(key)[:100].replace("~", "~0").replace("/", "~1")
