"""Programmes of cinemas whose sites ask Vista's Digital API (``/ocapi/v1``), as many chains' do.

``GET {base}/film-screening-dates?siteIds=`` names the business days with showings, then
``GET {base}/showtimes/by-business-date/{day}?siteIds=`` those of a day. A business day ends some hours after midnight;
``startsAt`` is the moment itself, so it never misleads.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from scraping.schema_org.values import YEARS, minutes_of
from scraping.showings import Programme, Showing

FORMATS = ("3D", "IMAX", "4DX", "Dolby", "ScreenX", "70mm", "35mm")
"""Names of attributes that tell how a film is shown; the others tell of seats, subtitles and offers."""


class NotVista(ValueError):
    """The document is none of this API; the message says what is missing."""


def days_of(document: Any) -> list[date]:
    """Return the business days that have showings.

    :raises NotVista: if the document does not name any, not even none
    """
    days = []
    for place, one in enumerate(_list(document, "filmScreeningDates")):
        try:
            days.append(date.fromisoformat(one["businessDate"]))
        except (KeyError, TypeError, ValueError):
            raise NotVista(f"$.filmScreeningDates[{place}] has no businessDate.") from None
    return sorted(set(days))


def read_showtimes(document: Any) -> Programme:
    """Return the showings of a business day.

    :raises NotVista: if the document has no list of showtimes
    """
    related = document.get("relatedData") if isinstance(document, dict) else None
    known = {name: _by_id(related, name) for name in ("films", "sites", "screens", "attributes", "castAndCrew")}
    showings, faults = [], []
    for place, one in enumerate(_list(document, "showtimes")):
        path = f"$.showtimes[{place}]"
        try:
            showings.append(_showing(one, path, known))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            faults.append(f"{path}: {type(error).__name__}: {error}")
    return Programme.of(showings, faults)


def _showing(one: Mapping[str, Any], path: str, known: Mapping[str, Mapping[Any, Any]]) -> Showing:
    film, site = known["films"][one["filmId"]], known["sites"].get(one.get("siteId"), {})
    attributes = [_text(known["attributes"].get(id_, {}).get("name")) for id_ in one.get("attributeIds") or []]
    formats = [name for name in FORMATS if any(name.lower() in attribute.lower() for attribute in attributes)]
    if one.get("requires3dGlasses") and "3D" not in formats:
        formats.insert(0, "3D")
    title, start = _text(film["title"]), _moment(one["schedule"]["startsAt"])
    if not title:
        raise ValueError("the film has no title")
    return Showing(
        title=title,
        starts_at=start.astimezone(UTC),
        path=path,
        offset=start.utcoffset(),
        minutes=minutes_of(film.get("runtimeInMinutes")),
        year=_year(film.get("releaseDate")),
        directors=tuple(_directors(film, known["castAndCrew"])),
        place=_text(site.get("name")),
        screen=_text(known["screens"].get(one.get("screenId"), {}).get("name")),
        format=" ".join(formats),
        is_sold_out=bool(one.get("isSoldOut")),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    if moment.year not in YEARS:
        raise ValueError(f"{text} is no moment at which films are shown")
    return moment


def _directors(film: Mapping[str, Any], people: Mapping[Any, Any]) -> Iterable[str]:
    for part in film.get("castAndCrew") or []:
        if "Director" in (part.get("roles") or []):
            name = people.get(part.get("castAndCrewMemberId"), {}).get("name") or {}
            yield " ".join(filter(None, (name.get("givenName"), name.get("middleName"), name.get("familyName"))))


def _year(value: Any) -> int | None:
    text = str(value or "")[:4]
    return int(text) if len(text) == 4 and text.isdecimal() else None


def _text(value: Any) -> str:
    text = value.get("text") if isinstance(value, dict) else value
    return " ".join(str(text or "").split())


def _by_id(related: Any, name: str) -> dict[Any, Any]:
    things = related.get(name) if isinstance(related, dict) else None
    listed = things if isinstance(things, list) else []
    return {one["id"]: one for one in listed if isinstance(one, dict) and isinstance(one.get("id"), str | int)}


def _list(document: Any, name: str) -> list[Any]:
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise NotVista(f"The document has no list named {name}.")
    return found
