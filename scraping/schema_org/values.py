"""Single facts of schema.org data, as pages write them: moments, durations, prices, texts. ``None`` if unreadable."""

import html
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

LONGEST_TEXT = 2000
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What JSON can write though it is no text."""
MINUTES = range(1, 1000)
"""How long a film may be, in minutes."""
YEARS = range(1900, 2200)
MOMENT = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:[T\s]+(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp][Mm])?)?"
    r"\s*(?P<zulu>[Zz])?\s*(?P<offset>[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
COMPACT = re.compile(r"(?P<date>\d{6,8})(?:T?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?\d{2})?)?(?P<zulu>Z)?")
DURATION = re.compile(r"P(?:T(?=\d))?(?:(\d+)H)?(?:(\d+)M)?(?:\d+(?:\.\d+)?S)?", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2})\s*[:h]\s*(\d{2})\s*(?:m|min)?", re.IGNORECASE)
BARE_MINUTES = re.compile(r"(\d{1,3})\s*(?:m|min|mins|minutes|minuti|minuten)?\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Start:
    """When something begins.

    :param moment: in UTC
    :param doubt: why it may be wrong, in words; empty if the page said it plainly
    :param offset: from UTC, as the page says it; ``None`` if it says none, or only ``Z``
    """

    moment: datetime
    doubt: str = ""
    offset: timedelta | None = None


def start_of(value: Any, zone: ZoneInfo) -> Start | None:
    """Read a date with a time; a day alone is none.

    :param zone: of the cinema, for times without an offset
    """
    text = text_of(value)
    found = MOMENT.fullmatch(text)
    local = _spelled(found) if found else _compact(text)
    if local is None:
        return None
    zulu, offset = (found["zulu"], found["offset"]) if found else (text.endswith("Z"), None)
    if offset:
        # "15:40:00Z-03:00" is written by sites that mean 15:40 on a clock three hours behind.
        doubt = "Z and an offset: the offset was taken" if zulu else ""
        return _start(local.replace(tzinfo=_offset(offset)), doubt, _offset(offset).utcoffset(None))
    if zulu:
        return _start(local.replace(tzinfo=UTC), "")
    return _on_the_clock(local, zone)


def _start(moment: datetime, doubt: str, offset: timedelta | None = None) -> Start | None:
    try:
        return Start(moment.astimezone(UTC), doubt, offset)
    except OverflowError:
        return None


def _on_the_clock(local: datetime, zone: ZoneInfo) -> Start | None:
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return Start(first, "")
    if first.astimezone(zone).replace(tzinfo=None) != local:
        return None  # the clock skips it
    return Start(first, "the clock shows this time twice: the first was taken")


def _spelled(found: re.Match[str]) -> datetime | None:
    if found["hour"] is None:
        return None
    hour = int(found["hour"])
    if half := (found["half"] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half == "pm")
    day = _date(*(int(found[name]) for name in ("year", "month", "day")))
    return _moment(day, hour, int(found["minute"]), int(found["second"] or 0))


def _compact(text: str) -> datetime | None:
    found = COMPACT.fullmatch(text)
    if not found or found["hour"] is None:
        return None
    day = day_of(found["date"])
    return _moment(day, int(found["hour"]), int(found["minute"]), 0)


def _moment(day: date | None, hour: int, minute: int, second: int) -> datetime | None:
    """Return the time on the clock; 24:00 and 25:30 are hours of the next day, as programmes write them."""
    late, hour = divmod(hour, 24)
    if day is None or late > 1:
        return None
    try:
        return datetime.combine(day, time(hour, minute, second)) + timedelta(days=late)
    except (ValueError, OverflowError):
        return None


def day_of(value: Any) -> date | None:
    """Read a day; of ``2026915``, whose numbers run together, the only one that it can be."""
    text = text_of(value)
    if found := MOMENT.match(text):
        return _date(*(int(found[name]) for name in ("year", "month", "day")))
    if not re.fullmatch(r"\d{6,8}", text):
        return None
    year, rest = int(text[:4]), text[4:]
    readings = {
        day
        for cut in range(1, len(rest))
        if (cut == 2 if len(rest) == 4 else "0" not in (rest[0], rest[cut]))
        if (day := _date(year, int(rest[:cut]), int(rest[cut:])))
    }
    return readings.pop() if len(readings) == 1 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _offset(text: str) -> timezone:
    digits = text[1:].replace(":", "").ljust(4, "0")
    size = timedelta(hours=int(digits[:2]) % 24, minutes=int(digits[2:]) % 60)
    return timezone(-size if text[0] == "-" else size)


def minutes_of(value: Any) -> int | None:
    """Read how long something lasts, in minutes: ``PT1H42M``, ``PT102M``, ``1:42``, ``102 min``, 102."""
    text = text_of(value)
    for pattern in (DURATION, CLOCK):
        found = pattern.fullmatch(text)
        if found and any(found.groups()):
            return _likely(int(found[1] or 0) * 60 + int(found[2] or 0))
    found = BARE_MINUTES.fullmatch(text)
    return _likely(int(found[1])) if found else None


def _likely(minutes: int) -> int | None:
    return minutes if minutes in MINUTES else None


def price_of(value: Any) -> Decimal | None:
    """Read an amount: ``12.50``, ``12,50 €``, ``1.250,00``, 12."""
    digits = re.sub(r"[^\d.,]", "", text_of(value)).strip(".,")
    if not digits:
        return None
    whole, mark, part = digits.rpartition(max(digits, key=lambda char: digits.rfind(char) if char in ".," else -1))
    if mark not in (".", ",") or len(part) == 3:  # a mark before three digits parts thousands
        whole, part = digits, ""
    try:
        amount = Decimal(f"{re.sub('[.,]', '', whole) or 0}.{part or 0}").quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return amount if amount < 10**9 else None


def text_of(value: Any) -> str:
    """Read a text: the first of several, the value of a ``{"@value": ...}``; without HTML, on one line."""
    if isinstance(value, list):
        return next((text for item in value if (text := text_of(item))), "")
    if isinstance(value, dict):
        return text_of(value.get("@value", value.get("name")))
    if value is None or isinstance(value, bool):
        return ""
    return " ".join(UNSTORABLE.sub("", html.unescape(str(value)[:LONGEST_TEXT])).split())


def number_of(value: Any) -> float | None:
    """Read a number such as a coordinate."""
    try:
        return float(text_of(value).replace(",", "."))
    except ValueError:
        return None
