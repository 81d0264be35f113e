"""One import on its way: what was found, made and refused."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from catalog.models import Cinema, Movie, Room
from catalog.services.programme.rows import Raw, Row, RowError
from cinema_project.common.errors import DomainError, Invalid

FIELDS = {"/screening_time": "/start"}
"""Where a file has another name for a field than the API."""
Outcome = Literal["created", "updated", "unchanged"]
OUTCOMES: tuple[Outcome, ...] = ("created", "updated", "unchanged")


class RowRefused(Invalid):
    """A row that cannot be imported; never leaves the import."""

    code = "row_refused"


class FollowsFromAnother(Invalid):
    """A row is wrong only because one that it names is."""


@dataclass(slots=True)
class Run:
    """State that the steps of one import share.

    :param base: the folder that posters are named from
    :param now: screenings before it are refused; ``None`` lets them in
    :param rows: the typed rows with their places, by kind
    :param broken: what the wrong rows are about; rows that name it are not told of a second time
    """

    base: Path
    now: datetime | None
    rows: dict[str, list[tuple[Raw, Row]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowError] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    cinemas: dict[tuple[str, str], Cinema] = field(default_factory=dict)
    rooms: dict[tuple[int, str], Room] = field(default_factory=dict)
    movies: list[Movie] = field(default_factory=list)
    posters: dict[str, bytes] = field(default_factory=dict)

    def take(self, rows: Iterable[tuple[Raw, Row | list[RowError]]]) -> None:
        """Sort the rows by kind; those that were not readable are errors."""
        for raw, row in rows:
            if isinstance(row, list):
                self.errors += row
                self._give_up(raw)
            else:
                self.rows.setdefault(raw.kind, []).append((raw, row))

    def count(self, raw: Raw, outcome: Outcome) -> None:
        self.counts[raw.kind, outcome] += 1

    def refuse(self, raw: Raw, detail: str, field_name: str = "") -> None:
        self.errors.append(RowError(raw.place(field_name), detail))

    @contextmanager
    def row(self, raw: Raw) -> Iterator[None]:
        """Turn the refusal of a row into errors that name its place, and go on with the next row."""
        try:
            yield
        except FollowsFromAnother:
            pass
        except DomainError as refused:
            self._give_up(raw)
            for error in refused.errors or [{"pointer": "", "detail": refused.detail}]:
                self.refuse(raw, error["detail"], FIELDS.get(error["pointer"], error["pointer"]))

    def each(self, kind: str, step: Callable[["Run", Raw, Row], None]) -> None:
        """Take the step for every row of a kind."""
        for raw, row in self.rows.get(kind, []):
            with self.row(raw):
                step(self, raw, row)

    def cinema(self, name: str, city: str | None) -> Cinema:
        """Return the cinema of that name; the city is needed where two have it.

        :raises RowRefused: if there is none, or more than one
        """
        found = [
            cinema
            for (its_name, its_city), cinema in self.cinemas.items()
            if (its_name == name.casefold() and city in (None, cinema.city)) or (its_name, its_city) == key(name, city)
        ]
        if len(found) > 1:
            raise refusal("/cinema", f"Several cinemas are named {name}: add the city.")
        if not found:
            raise self.missing("/cinema", name, f"There is no cinema {name}{f' in {city}' if city else ''}.")
        return found[0]

    def missing(self, pointer: str, name: str, sentence: str) -> DomainError:
        """Return the refusal of a row that names what is not there."""
        if name.casefold() in self.broken:
            return FollowsFromAnother(sentence)
        return refusal(pointer, f"{sentence} Correct the name, or add it to the file.")

    def _give_up(self, raw: Raw) -> None:
        if isinstance(raw.data, dict):
            self.broken |= {str(raw.data.get(name, "")).casefold() for name in ("name", "title", "slug")} - {""}


def key(name: str, city: str | None) -> tuple[str, str]:
    """Return what makes a cinema the same: its name and city, whatever the case."""
    return name.casefold(), (city or "").casefold()


def refusal(pointer: str, detail: str) -> RowRefused:
    """Return the refusal of a row for one of its fields."""
    return RowRefused(detail, errors=[{"pointer": pointer, "detail": detail}])
