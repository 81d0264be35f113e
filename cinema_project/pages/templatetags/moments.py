"""Times as a visitor reads them: in the cinema's zone, with the offset for machines."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.dateformat import format as in_words
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import TimeFormat

register = template.Library()


@register.simple_tag(takes_context=True)
def moment(context: dict[str, Any], value: datetime, zone: str, style: str = "D j M, H:i T") -> SafeString:
    """Return ``<time>``: Django's date ``style`` in the IANA ``zone``, by default ``Sat 21 Nov, 19:30 CET``.

    Whoever chose the twelve-hour clock in their account reads ``7:30 p.m.``.
    """
    local = value.astimezone(ZoneInfo(zone))
    if getattr(context.get("user"), "time_format", "") == TimeFormat.TWELVE:
        style = style.replace("H:i", "g:i a")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), in_words(local, style))


@register.filter
def hours(minutes: int) -> str:
    """Return a running time such as ``1 h 32 min``."""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest} min" if whole else f"{rest} min"
