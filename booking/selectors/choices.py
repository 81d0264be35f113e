"""Groups of seats as a page offers them: by name, with their price, ready to be taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from booking.rows.gaps import alternatives, price_of
from booking.rows.picture import Group, Hall
from booking.selectors.seatplan import seat_names


@dataclass(frozen=True, slots=True)
class Choice:
    """One group that could be chosen."""

    ids: list[int]
    names: str
    price: Decimal

    @property
    def value(self) -> str:
        """What its button sends."""
        return "-".join(map(str, self.ids))

    @property
    def json(self) -> dict[str, Any]:
        return {"value": self.value, "names": self.names, "price": str(self.price)}


def choice_of(group: Group) -> Choice:
    places = [seat.place for seat in group]
    return Choice([place.id for place in places], seat_names(places), price_of(group))


def choices_named(hall: Hall, groups: Iterable[Iterable[int]]) -> list[Choice]:
    """Return the groups with these ids."""
    return [choice_of(hall.group(ids)) for ids in groups]


def choices_near(hall: Hall, wanted: Iterable[int]) -> list[Choice]:
    """Return up to three choices of as many seats near the wanted ones; seats of other rooms are left out."""
    return [choice_of(group) for group in alternatives(hall, [seat for seat in wanted if seat in hall.seats])]
