"""What the OpenAPI document says about the plain views for staff: tickets, the door, the reports."""

from typing import Any

from booking.api.schema_components import CURRENCY, MOMENT, PRICE, TEXT, Json, list_of, object_of, ref

__all__ = ["COMPONENTS", "PATHS"]

STAFF: list[Json] = [{"bearer": ["staff"]}]
WORD: Json = {
    "type": "string",
    "enum": ["pending", "confirmed", "used", "cancelled", "refunded", "expired"],
    "example": "used",
}
COUNT: Json = {"type": "integer", "minimum": 0, "example": 42}
DAY: Json = {"type": "string", "format": "date", "example": "2026-11-21"}
BY_CURRENCY: Json = {
    "type": "object",
    "additionalProperties": {"type": "number"},
    "description": "The same in every currency that tickets were sold in.",
    "example": {"EUR": 15.99, "GBP": 12.0},
}
MONEY: Json = PRICE | {"description": "In the site's currency, of confirmed and used tickets."}

COMPONENTS: dict[str, Json] = {
    "TicketStatusChange": object_of(status=WORD),
    "CheckInRequest": {
        "type": "object",
        "properties": {
            "code": {
                "type": "string",
                "minLength": 1,
                "maxLength": 100,
                "description": "What the QR code says, or the short code, typed.",
                "example": "KWATZ4Q75CVMMPGPMQM87MGB68.f283fe3d4b4c2a10",
            },
            "screening_id": {
                "type": ["integer", "null"],
                "minimum": 1,
                "description": "The one screening that the door leads to.",
                "example": 123,
            },
        },
        "required": ["code"],
    },
    "Scan": {
        "type": "object",
        "properties": {
            "at": {"type": ["string", "null"], "format": "date-time", "example": MOMENT["example"]},
            "by": {"type": ["string", "null"], "description": "The name of who scanned it.", "example": "Ada Door"},
        },
        "required": ["at", "by"],
    },
    "CheckedInTicket": {"allOf": [ref("Ticket"), object_of(first_scan=ref("Scan"))]},
    "MoviesCount": object_of(movies_count=COUNT),
    "CinemasCount": object_of(cinemas_count=COUNT),
    "UsersCount": object_of(users_count=COUNT),
    "RecentTickets": object_of(recent_bookings=list_of("Ticket")),
    "TotalRevenue": object_of(total_revenue=MONEY, by_currency=BY_CURRENCY),
    "RevenueOfDay": object_of(date=DAY, revenue=MONEY, tickets=COUNT, by_currency=BY_CURRENCY),
    "RevenueOfPeriod": object_of(
        revenue_last_period=MONEY,
        by_currency=BY_CURRENCY,
        period_days={"type": "integer", "example": 30},
        by_day=list_of("RevenueOfDay"),
    ),
    "TicketsSold": object_of(total_tickets_sold=COUNT),
    "PopularMovie": object_of(
        movie_id={"type": "integer", "example": 3},
        title={"type": "string", "example": "Nosferatu"},
        tickets_sold=COUNT,
    ),
    "PopularMovies": object_of(popular_movies=list_of("PopularMovie")),
    "TodaysNumbers": object_of(
        today_bookings=COUNT | {"description": "Tickets confirmed today, less those given back."},
        today_revenue=MONEY,
        by_currency=BY_CURRENCY,
        date=DAY,
    ),
    "DashboardNumbers": object_of(
        total_users=COUNT,
        total_bookings=COUNT,
        total_revenue=MONEY,
        by_currency=BY_CURRENCY,
        total_movies=COUNT,
        total_showings=COUNT,
        upcoming_showings=COUNT,
        total_rooms=COUNT,
        recent_bookings=COUNT | {"description": "Of the last seven days, today among them."},
        recent_revenue=MONEY,
        last_updated=MOMENT,
    ),
    "StaffBooking": object_of(
        id={"type": "integer", "example": 501},
        booking_number={"type": "string", "example": "7KQ2M9XD"},
        user_id={"type": "integer", "example": 7},
        user_email={"type": "string", "example": "alice@cinema.test"},
        user_name={"type": "string", "example": "Alice"},
        showing_id={"type": "integer", "example": 123},
        movie_title={"type": "string", "example": "Nosferatu"},
        room_name={"type": "string", "example": "Room 1"},
        showing_time=MOMENT,
        seats={"type": "array", "items": TEXT, "example": ["A5", "A6"]},
        status={
            "type": "string",
            "enum": ["pending", "confirmed", "completed", "cancelled"],
            "example": "confirmed",
        },
        total_price=PRICE | {"description": "Of all its tickets, those given back too."},
        revenue=PRICE | {"description": "Of its confirmed and used tickets."},
        currency=CURRENCY,
        created_at=MOMENT,
    ),
}


def _problem(sentence: str, code: str, **extra: Any) -> Json:
    return {"description": sentence, "x-problem": {"code": code, **extra}}


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _whole(name: str, default: int, most: int | None = None, least: int = 1) -> Json:
    limits = {"minimum": least} | ({"maximum": most} if most else {})
    schema = {"type": "integer", "default": default, **limits}
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _operation(name: str, tag: str, summary: str, responses: Json, **more: Any) -> Json:
    common = {"operationId": name, "tags": [tag], "summary": summary, "security": STAFF}
    return common | {"responses": responses, **more}


def _body(name: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": ref(name)}}}


def _report(name: str, summary: str, component: str, *parameters: Json) -> Json:
    answers = {"200": _answer("Tickets that were given back are in none of the numbers.", ref(component))}
    return {"get": _operation(name, "Reports", summary, answers, parameters=list(parameters))}


def _list_of_bookings(name: str, summary: str, default: int) -> Json:
    answers = {"200": _answer("The newest first.", list_of("StaffBooking"))}
    page = [_whole("skip", 0, least=0), _whole("limit", default, 500)]
    return {"get": _operation(name, "Reports", summary, answers, parameters=page)}


FIRST_SCAN: Json = {"at": "2026-11-21T18:52:00.000000Z", "by": "Ada Door"}
USED = _problem("Already used: this ticket was scanned at 19:52 by Ada Door.", "already_used", first_scan=FIRST_SCAN)
PATHS: dict[str, Json] = {
    "/api/v1/tickets": {
        "get": _operation(
            "list_tickets",
            "Tickets",
            "Everybody's tickets, the newest first",
            {"200": _answer("The tickets.", list_of("Ticket"))},
            parameters=[
                {"name": "status_filter", "in": "query", "required": False, "schema": WORD},
                _whole("skip", 0, least=0),
                _whole("limit", 100, 500),
            ],
        )
    },
    "/api/v1/tickets/{ticket_id}/status": {
        "put": _operation(
            "change_ticket_status",
            "Tickets",
            "Give a ticket another status: what is drawn, and nothing else",
            {
                "200": _answer("The ticket.", ref("Ticket")),
                "404": {"description": "Ticket with id 2001 not found"},
                "409": _problem("A ticket that is used cannot become cancelled.", "illegal_transition"),
            },
            requestBody=_body("TicketStatusChange"),
            parameters=[
                {"name": "ticket_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
            ],
        )
    },
    "/api/v1/tickets/check-in": {
        "post": _operation(
            "check_in",
            "Tickets",
            "Let the owner of a ticket in, once",
            {
                "200": _answer("The ticket, used now.", ref("CheckedInTicket")),
                "404": _problem("No ticket has this code.", "ticket_unknown"),
                "409": USED,
                "422": _problem("This Idempotency-Key was used for another request.", "idempotency_key_reused"),
            },
            requestBody=_body("CheckInRequest"),
            parameters=[
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": False,
                    "description": "Names this request; sent again within 24 hours it acts once.",
                    "schema": {"type": "string", "maxLength": 255},
                }
            ],
        )
    },
    "/api/v1/admin/stats/movies": _report("stats_movies", "Get Movies Count", "MoviesCount"),
    "/api/v1/admin/stats/cinemas": _report("stats_cinemas", "Get Cinemas Count", "CinemasCount"),
    "/api/v1/admin/stats/users": _report("stats_users", "Get Users Count", "UsersCount"),
    "/api/v1/admin/stats/bookings/recent": _report(
        "stats_recent_bookings",
        "Get Recent Bookings",
        "RecentTickets",
        _whole("days", 7, 366),
        _whole("limit", 10, 500),
    ),
    "/api/v1/admin/stats/revenue": _report("stats_revenue", "Get Total Revenue", "TotalRevenue"),
    "/api/v1/admin/stats/revenue/period": _report(
        "stats_revenue_of_period", "Get Revenue By Period", "RevenueOfPeriod", _whole("days", 30, 366)
    ),
    "/api/v1/admin/stats/tickets/total": _report("stats_tickets", "Get Total Tickets Sold", "TicketsSold"),
    "/api/v1/admin/stats/movies/popular": _report(
        "stats_popular_movies", "Get Popular Movies", "PopularMovies", _whole("limit", 10, 500)
    ),
    "/api/v1/admin/stats/today": _report("stats_today", "Get Today's Statistics", "TodaysNumbers"),
    "/api/v1/admin/dashboard/stats": _report("dashboard_stats", "The house at a glance", "DashboardNumbers"),
    "/api/v1/admin/dashboard/recent-bookings": _list_of_bookings(
        "dashboard_recent_bookings", "The latest bookings", 10
    ),
    "/api/v1/admin/bookings": _list_of_bookings("list_bookings_of_all", "Everybody's bookings", 100),
}
