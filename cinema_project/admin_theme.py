"""Look and menu of the admin."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _page(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    """Return a menu entry, shown to whoever may see the list behind it."""
    address = reverse_lazy(f"admin:{app}_{model}_changelist")
    return {"title": title, "icon": icon, "link": address, "permission": _may_see(f"{app}.view_{model}")}


def _market(title: str, icon: str, name: str) -> dict[str, Any]:
    """Return a menu entry that leads to one of the market's pages."""
    address = reverse_lazy(f"market:{name}")
    return {"title": title, "icon": icon, "link": address, "permission": _may_see("scraping.view_marketshowtime")}


def _may_see(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: bool(request.user.has_perm(permission))


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Cinema",
    "SITE_HEADER": "Cinema",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "theaters",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "#fdf2f5",
            "100": "#fbe4ea",
            "200": "#f7c9d5",
            "300": "#f09fb4",
            "400": "#ff8fa9",
            "500": "#c02b57",
            "600": "#8a1538",
            "700": "#741130",
            "800": "#5f1029",
            "900": "#4d0f23",
            "950": "#2a0511",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "Programme",
                "items": [
                    _page("Screenings", "event_seat", "catalog", "screening"),
                    _page("Films", "movie", "catalog", "movie"),
                    _page("Cinemas", "location_city", "catalog", "cinema"),
                    _page("Rooms", "meeting_room", "catalog", "room"),
                    _page("Seats", "chair", "catalog", "seat"),
                    _page("Reviews", "reviews", "catalog", "review"),
                    _page("What else is on", "festival", "catalog", "event"),
                ],
            },
            {
                "title": "Box office",
                "items": [
                    _page("Tickets", "confirmation_number", "booking", "ticket"),
                    _page("Holds", "hourglass_top", "booking", "hold"),
                    _page("Bookings", "receipt_long", "booking", "booking"),
                    _page("Payments", "payments", "booking", "payment"),
                    _page("Refunds", "undo", "booking", "refund"),
                    _page("Payments begun", "hourglass_top", "booking", "paymentintent"),
                    _page("Waiting lists", "queue", "booking", "waitingparty"),
                    _page("Promo codes", "sell", "booking", "promocode"),
                    _page("Uses of promo codes", "loyalty", "booking", "promouse"),
                    _page("State changes", "timeline", "booking", "statechange"),
                ],
            },
            {
                "title": "People",
                "items": [
                    _page("Users", "person", "accounts", "user"),
                    _page("Groups", "group", "auth", "group"),
                    _page("Sign-ins", "key", "accounts", "tokenfamily"),
                    _page("API keys", "vpn_key", "accounts", "apikey"),
                    _page("Failed sign-ins", "lock_person", "axes", "accessfailurelog"),
                ],
            },
            {
                "title": "Other cinemas",
                "collapsible": True,
                "items": [
                    _page("Films to match", "rule", "scraping", "filmmatch"),
                    _page("What was learned", "school", "scraping", "titlelesson"),
                    _page("Facts taken over", "move_to_inbox", "scraping", "takenfact"),
                    _market("Showtimes", "calendar_month", "showtimes"),
                    _market("How full", "bar_chart", "fill"),
                    _page("Runs", "travel_explore", "scraping", "run"),
                    _page("Sources", "database", "scraping", "sourcestate"),
                    _page("Sites", "add_link", "scraping", "site"),
                    _page("Hosts", "dns", "scraping", "host"),
                    _page("Quarantine", "warning", "scraping", "quarantined"),
                    _page("Tokens", "key", "scraping", "sitetoken"),
                ],
            },
            {
                "title": "Media jobs",
                "collapsible": True,
                "items": [
                    _page("Jobs", "work", "scraping", "mediajob"),
                    _page("Videos", "smart_display", "scraping", "mediavideo"),
                    _page("Schedules", "event_repeat", "scraping", "scheduledjob"),
                    _page("Videos about films", "local_activity", "scraping", "filmclip"),
                    _page("Rules for films", "rule", "scraping", "cliprule"),
                ],
            },
            {
                "title": "Machine room",
                "collapsible": True,
                "items": [
                    _page("Outgoing messages", "outbox", "common", "outboxmessage"),
                    _page("Repeated requests", "repeat", "common", "idempotencyrecord"),
                    _page("Tasks by the clock", "schedule", "django_celery_beat", "periodictask"),
                    _page("Changes", "history", "admin", "logentry"),
                ],
            },
        ],
    },
}
