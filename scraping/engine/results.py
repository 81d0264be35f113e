"""What came of one unit, before anything is written."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from scraping.engine.leasing import Lease
from scraping.fetching.retry import Decision
from scraping.fetching.session import Validators
from scraping.sources.base import Note, Payload, ReadInPart, Record, Source, Unit

logger = logging.getLogger(__name__)

LONGEST_KEY, LONGEST_PATH = 200, 300
MOST_REFUSED_KEPT = 50
"""Records of one page that are kept in quarantine; more are only counted."""
MOST_FIELDS = 200
NUL = b"\\u0000"
Fields = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """A record that its schema accepts, as JSON has it."""

    kind: str
    external_id: str
    data: dict[str, Any]
    content_hash: str
    path: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that its schema refuses."""

    kind: str
    external_id: str
    data: Any
    errors: list[dict[str, str]]
    path: str


@dataclass(slots=True)
class Result:
    """One attempt at a unit: a payload and what it says, or why there is none."""

    lease: Lease
    payload: Payload | None = None
    payload_hash: str = ""
    validators: Validators | None = None
    found: list[Found] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    refused_more: int = 0
    units: list[Unit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fields: Fields = field(default_factory=dict)
    decision: Decision | None = None
    parse_error: str = ""
    status: int | None = None
    requests: int = 0
    received: int = 0

    @property
    def observed_at(self) -> datetime:
        """When the site said so."""
        return (self.payload and self.payload.fetched_at) or self.lease.at


def read_payload(source: Source, result: Result) -> None:
    """Parse the payload of a result and check each record. A parser that fails leaves ``parse_error``, nothing else.

    One that read a part leaves both.
    """
    assert result.payload is not None
    result.payload_hash = hashlib.sha256(result.payload.content).hexdigest()
    try:
        for one in source.parse(result.lease.unit, result.payload):
            _take(source, result, one)
    except ReadInPart as part:
        result.parse_error = str(part)[:500]
    except Exception as error:  # whatever a parser trips over, the payload is kept for a better one
        logger.warning("%s could not parse %s", source.name, result.lease.unit.key, exc_info=True)
        result.parse_error = f"{type(error).__name__}: {error}"[:500]
        result.found, result.refused, result.units, result.notes, result.fields = [], [], [], [], {}


def _take(source: Source, result: Result, one: Record | Unit | Note) -> None:
    if isinstance(one, Note):
        result.notes.append(one.words.replace("\0", ""))
        return
    if isinstance(one, Unit):
        check_unit(one)
        result.units.append(one)
        return
    _count_fields(result.fields, one)
    checked = check_record(source, one)
    if isinstance(checked, Found):
        result.found.append(checked)
    elif len(result.refused) < MOST_REFUSED_KEPT:
        result.refused.append(checked)
    else:
        result.refused_more += 1


def check_unit(unit: Unit) -> None:
    """Go on only with a unit that can be stored.

    :raises ValueError: if its key is too long or holds a NUL
    """
    if not 0 < len(unit.key) <= LONGEST_KEY or "\0" in unit.key:
        raise ValueError(f"The key of a unit has 1 to {LONGEST_KEY} characters: {unit.key[:80]!r}.")


def check_record(source: Source, record: Record) -> Found | Refused:
    """Return what is stored of a record, or why it is refused."""
    schema = source.schemas.get(record.kind)
    if schema is None:
        return _refused(record, [{"where": "kind", "what": f"The source has no schema for “{record.kind}”."}])
    if not 0 < len(record.external_id) <= LONGEST_KEY:
        what = f"The id has 1 to {LONGEST_KEY} characters."
        return _refused(record, [{"where": "external_id", "what": what}])
    try:
        data = schema.model_validate(record.data).model_dump(mode="json")
        written = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except ValidationError as wrong:
        return _refused(record, [_told(error) for error in wrong.errors(include_url=False, include_context=False)])
    except (TypeError, ValueError) as error:
        return _refused(record, [{"where": "", "what": str(error)[:300]}])
    if NUL in written or "\0" in record.external_id:
        return _refused(record, [{"where": "", "what": "A text holds the character NUL."}])
    digest = hashlib.blake2b(written, digest_size=16).hexdigest()
    return Found(record.kind, record.external_id, data, digest, record.path[:LONGEST_PATH])


def _told(error: Any) -> dict[str, str]:
    return {"where": ".".join(map(str, error["loc"])), "what": str(error["msg"])[:300]}


def _refused(record: Record, errors: list[dict[str, str]]) -> Refused:
    kind, external_id = record.kind[:40], record.external_id[:LONGEST_KEY].replace("\0", "")
    return Refused(kind, external_id, _storable(record.data), errors[:10], record.path[:LONGEST_PATH])


def _storable(data: Any) -> Any:
    """Return data as a JSON column takes it, however broken it is."""
    try:
        written = orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):
        return {"text": repr(data)[:5000].encode("ascii", "backslashreplace").decode()}
    return orjson.loads(written.replace(NUL, b"")) if len(written) < 100_000 else {"text": "too large to keep"}


def _count_fields(fields: Fields, record: Record) -> None:
    of_kind = fields.setdefault(record.kind[:40], {"records": 0, "filled": {}})
    of_kind["records"] += 1
    filled = of_kind["filled"]
    for name, value in record.data.items():
        if value or is_filled(value):
            if name in filled:
                filled[name] += 1
            elif len(filled) < MOST_FIELDS:
                filled[name] = 1


def is_filled(value: Any) -> bool:
    """Tell whether a field says something; 0 and false do."""
    return value is not None and value not in ("", [], {})


def merge_fields(into: Fields, other: Mapping[str, Mapping[str, Any]]) -> None:
    """Add the counts of one attempt to those of others."""
    for kind, counted in other.items():
        of_kind = into.setdefault(kind, {"records": 0, "filled": {}})
        of_kind["records"] += counted["records"]
        for name, number in counted["filled"].items():
            of_kind["filled"][name] = of_kind["filled"].get(name, 0) + number
