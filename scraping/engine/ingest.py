"""Items: what sources say goes into the database, and only changes are written."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from django.db import connection

from cinema_project.common.bulk import upsert
from cinema_project.common.database import as_list, as_moment, one_of
from scraping.engine.results import Found, Result
from scraping.models import Item, Run

CHANGING = ["data", "content_hash", "run", "payload", "path", "changed_at", "observed_at", "vanished_at"]
Key = tuple[str, str]


class Sink(Protocol):
    """Where items of one kind go on to, in the same transaction: their own tables. Unchanged ones never come."""

    def changed(self, items: Sequence[Item]) -> None:
        """Take items that are new or changed, or there again."""
        ...

    def vanished(self, items: Sequence[Item]) -> None:
        """Take items that the site does not name any more."""
        ...


@runtime_checkable
class Ending(Protocol):
    """A sink that also wants to know when a run is over."""

    def ended(self, run: Run) -> None:
        """Do, in the transaction that ends it, what follows a run that read all it wanted, or much of it."""
        ...


Sinks = Mapping[str, Sink]


@dataclass(slots=True)
class Counts:
    """What became of the records of one unit."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    seen: list[Key] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    content_hash: str
    observed_at: datetime
    is_gone: bool
    item_id: int | None


KNOWN = "SELECT external_id, content_hash, observed_at, vanished_at IS NOT NULL, id FROM scraping_item"
OF_KIND = "source = %s AND kind = %s"
ONE_BY_ONE = (
    "SELECT item.* FROM unnest(%s::text[]) AS wanted(name)"
    f" CROSS JOIN LATERAL ({KNOWN} WHERE external_id = wanted.name AND {OF_KIND} LIMIT 1) AS item"
)
"""Of a table that has grown fast PostgreSQL knows too little, and would read all items of a kind for each batch;
for the same reason the statement is planned each time."""


def ingest(
    *, source: str, run_id: int, results: Sequence[Result], sinks: Sinks, now: datetime
) -> list[tuple[Counts, bytes]]:
    """Store what results say. Inside a transaction that has the source's row locked: batches take turns.

    A thing that several units of one batch name is what the first says.

    :return: for each result what became of it, and the numbers of its items, eight bytes each
    """
    batch = _Batch(source, run_id, now, _known(source, results))
    counted = [batch.weigh(result) for result in results]
    batch.write(sinks)
    return [(counts, batch.numbers(counts.seen)) for counts in counted]


def _known(source: str, results: Iterable[Result]) -> dict[Key, _Known]:
    ids: dict[str, set[str]] = {}
    for result in results:
        for found in result.found:
            ids.setdefault(found.kind, set()).add(found.external_id)
    known: dict[Key, _Known] = {}
    sql = ONE_BY_ONE if connection.vendor == "postgresql" else f"{KNOWN} WHERE {one_of('external_id')} AND {OF_KIND}"
    for kind, wanted in ids.items():
        with connection.cursor() as cursor:
            cursor.execute(sql, [as_list(wanted), source, kind])
            rows = cursor.fetchall()
        for name, content_hash, moment, is_gone, number in rows:
            observed_at = as_moment(moment)
            assert observed_at is not None
            known[kind, name] = _Known(content_hash, observed_at, bool(is_gone), number)
    return known


@dataclass(slots=True)
class _Batch:
    source: str
    run_id: int
    now: datetime
    known: dict[Key, _Known]
    changed: dict[Key, Item] = field(default_factory=dict)

    def weigh(self, result: Result) -> Counts:
        """Compare what a result says with what is known."""
        counts = Counts()
        for found in result.found:
            key = (found.kind, found.external_id)
            counts.seen.append(key)
            before = self.known.get(key)
            if before is None:
                counts.created += 1
                self.known[key] = _Known(found.content_hash, result.observed_at, False, None)
            elif key in self.changed or _is_nothing_new(before, found, result.observed_at):
                counts.unchanged += 1
                continue
            else:
                counts.updated += 1
            self.changed[key] = self._item(found, result)
        return counts

    def _item(self, found: Found, result: Result) -> Item:
        return Item(
            source=self.source,
            kind=found.kind,
            external_id=found.external_id,
            data=found.data,
            content_hash=found.content_hash,
            run_id=self.run_id,
            payload=result.payload_hash,
            path=found.path,
            first_seen_at=self.now,
            changed_at=self.now,
            observed_at=result.observed_at,
        )

    def write(self, sinks: Sinks) -> None:
        """Store what is new or changed, and pass it on."""
        written = upsert(self.changed.values(), unique=["source", "kind", "external_id"], changing=CHANGING)
        by_kind: dict[str, list[Item]] = {}
        for item in written:
            self.known[item.kind, item.external_id].item_id = item.pk
            by_kind.setdefault(item.kind, []).append(item)
        for kind, items in by_kind.items():
            if kind in sinks:
                sinks[kind].changed(items)

    def numbers(self, seen: Iterable[Key]) -> bytes:
        """Return the numbers of items, packed."""
        return array("q", [number for key in seen if (number := self.known[key].item_id) is not None]).tobytes()


def _is_nothing_new(before: _Known, found: Found, observed_at: datetime) -> bool:
    """Tell whether this is known already, or older than what is known."""
    return before.observed_at > observed_at or (before.content_hash == found.content_hash and not before.is_gone)


def numbers_in(packed: bytes) -> array:
    """Return the numbers of items that an attempt found."""
    numbers = array("q")
    numbers.frombytes(packed)
    return numbers
