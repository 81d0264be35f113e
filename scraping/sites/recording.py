"""Pages as a site had them when it was added, with what was read in them.

Read again, they tell what a change of the parser changed.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from cinema_project.common.errors import Invalid
from scraping.engine.results import Found, check_record
from scraping.sites.pages import decoded
from scraping.sites.reading import Reading
from scraping.sites.vista_site import without_tokens
from scraping.sources.base import Payload, ReadInPart, Record, Unit
from scraping.sources.site import SiteSource

FORMAT = 1
MOST_TOLD = 20
Document = dict[str, Any]
Rows = dict[tuple[str, str], Any]


class NoRecording(Invalid):
    """The document is none of ours."""

    code = "no_recording"


def recorded(reading: Reading, pages: Iterable[tuple[Unit, Payload]], at: datetime) -> Document:
    """Return what is kept of a preview. Tokens are left out of the pages."""
    document = {
        "format": FORMAT,
        "recorded_at": at.isoformat(),
        "reading": asdict(reading),
        "pages": [
            {
                "key": unit.key,
                "args": dict(unit.args),
                "url": without_tokens(payload.url),
                "content_type": payload.content_type,
                "content": without_tokens(decoded(payload.content, payload.content_type)),
            }
            for unit, payload in pages
        ],
    }
    rows = [[*name, row] for name, row in sorted(replayed(document).items())]
    return orjson.loads(orjson.dumps({**document, "rows": rows}))


def replayed(document: Mapping[str, Any]) -> Rows:
    """Read the pages of a recording with the parser of today; return rows by kind and id, as they would be stored.

    A row that its schema refuses is the list of its errors. A page that cannot be read counts as one.

    :raises NoRecording: if the document is none of ours
    """
    source, rows = SiteSource("recording", _reading(document)), Rows()
    for page in document["pages"]:
        unit = Unit(page["key"], page["args"])
        payload = Payload(page["url"], page["content"].encode(), 200, page["content_type"])
        rows = _rows_of(source, unit, payload) | rows
    return rows


def _rows_of(source: SiteSource, unit: Unit, payload: Payload) -> Rows:
    rows = Rows()
    try:
        for one in source.parse(unit, payload):
            if isinstance(one, Record):
                checked = check_record(source, one)
                told = checked.data if isinstance(checked, Found) else checked.errors
                rows.setdefault((checked.kind, checked.external_id), told)
    except ValueError as error:
        page: Rows = {("page", unit.key): [{"where": "", "what": str(error)}]}
        return rows | page if isinstance(error, ReadInPart) else page
    return rows


def _reading(document: Mapping[str, Any]) -> Reading:
    try:
        if document["format"] != FORMAT:
            raise NoRecording(f"This recording has format {document['format']}; {FORMAT} is read.")
        said = document["reading"]
        return Reading(**{**said, "site_ids": tuple(said["site_ids"])})
    except (KeyError, TypeError) as error:
        raise NoRecording(f"This is no recording of a site: {error}.") from None


def differences(document: Mapping[str, Any]) -> list[str]:
    """Say what the parser of today reads otherwise; nothing if all is as it was."""
    before: Rows = {(kind, name): row for kind, name, row in document["rows"]}
    now = orjson.loads(orjson.dumps([[*name, row] for name, row in replayed(document).items()]))
    today = {(kind, name): row for kind, name, row in now}
    told = [f"{_name(*key, before[key])} is not read any more." for key in before.keys() - today.keys()]
    told += [f"{_name(*key, today[key])} was not read then." for key in today.keys() - before.keys()]
    for key in before.keys() & today.keys():
        if before[key] != today[key]:
            told.append(f"{_name(*key, before[key])}: {_changes(before[key], today[key])}")
    more = len(told) - MOST_TOLD
    return sorted(told)[:MOST_TOLD] + ([f"And {more} more."] if more > 0 else [])


def _name(kind: str, name: str, row: Any) -> str:
    told = row if isinstance(row, dict) else {}
    words = told.get("title") or told.get("name") or " ".join(filter(None, (told.get("day"), told.get("time"))))
    return f"The {kind} {words or name}"


def _changes(before: Any, now: Any) -> str:
    if not (isinstance(before, dict) and isinstance(now, dict)):
        return f"it was {before}, and is {now}"[:300]
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return "; ".join(f"{name} was {before.get(name)!r}, and is {now.get(name)!r}" for name in names)[:300] + "."


def packed(document: Document) -> bytes:
    """Return a recording as the database keeps it."""
    return zlib.compress(orjson.dumps(document))


def unpacked(content: bytes) -> Document:
    """Return a recording that the database kept."""
    return orjson.loads(zlib.decompress(content))
